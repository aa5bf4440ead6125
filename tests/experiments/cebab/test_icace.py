"""Errors by method, of a classifier that has learned nothing: what holds of any."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification

from causattn.base import ConfigError
from causattn.corpora import human_pairs, load_corpus
from causattn.models import LanguageModel, encode_texts, predict_labels, word_tokenizer
from experiments.cebab.causalm import CausalmSettings
from experiments.cebab.icace import METHODS, METRICS, NOTHING, RANDOM, icace_by_method
from experiments.cebab.inside import ANY, CAUSALM, INLP, INSIDE, InsideSettings
from experiments.cebab.ordering import classifier_effects
from experiments.cebab.study import CebabStudy


@pytest.fixture(scope="module")
def study(data_folder):
    path = data_folder / "cebab" / "CEBaB-v1.1.zip"
    if not path.is_file():
        pytest.skip(f"{path} is not in the folder of data sets")
    corpus = load_corpus({"kind": "cebab", "path": str(path)}, 0)
    tokenizer = word_tokenizer(corpus, 512)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=5,
    )
    torch.manual_seed(0)
    network = BertForSequenceClassification(config).eval()
    with torch.no_grad():
        network.classifier.weight.mul_(20)
    lexicon = {
        "food": ("food", "chicken", "taste"),
        "service": ("service", "waiter", "server"),
        "ambiance": ("ambiance", "atmosphere", "decor"),
        "noise": ("noise", "loud", "quiet"),
    }
    model = LanguageModel("tiny", network, tokenizer, "classifier", "truncate")
    return CebabStudy(path, corpus, model, SimpleNamespace(about={"lexicon": lexicon}))


def test_every_method_on_the_same_pairs(study):
    found = icace_by_method(study, 0, pairs=30, learned=200, reference=40)
    assert tuple(found.errors) == METHODS
    assert all(len(part) == 30 for errors in found.errors.values() for part in errors)
    table = found.table().set_index("method")
    assert table.at[NOTHING, "cosine"] == 1
    # Who names no change is wrong by all of it; so is its length.
    nothing = found.errors[NOTHING]
    np.testing.assert_allclose(nothing.l2, nothing.norm_difference)
    assert nothing.l2.max() > 0
    assert table.at[RANDOM, "L2"] != table.at[NOTHING, "L2"]
    assert set(found.aspects) <= {"food", "service", "ambiance", "noise"}
    again = icace_by_method(study, 0, pairs=30, learned=200, reference=40)
    for method in METHODS:
        np.testing.assert_array_equal(again.errors[method].l2, found.errors[method].l2)


def test_methods_that_look_inside_change_no_draw_of_the_others(study):
    quick = InsideSettings(2, 1, CausalmSettings(learning_rate=1e-3))
    found = icace_by_method(study, 0, pairs=12, learned=200, reference=40, inside=quick)
    assert tuple(found.errors) == (*METHODS, *INSIDE)
    alone = icace_by_method(study, 0, pairs=12, learned=200, reference=40)
    for method in METHODS:
        np.testing.assert_array_equal(alone.errors[method].l2, found.errors[method].l2)
    assert alone.inside is None
    assert set(found.inside.checks["aspect"]) == set(found.aspects)
    # From states that tell nothing INLP takes nothing; the others name changes of their own.
    assert (found.inside.checks["INLP, directions"] == 0).all()
    for method in (INLP, ANY):
        np.testing.assert_allclose(found.errors[method].l2, found.errors[NOTHING].l2, atol=1e-6)
    own = {method: found.errors[method].l2.tobytes() for method in INSIDE}
    assert len(set(own.values())) >= len(INSIDE) - 1
    again = icace_by_method(study, 0, pairs=12, learned=200, reference=40, inside=quick)
    for method in INSIDE:
        np.testing.assert_array_equal(again.errors[method].l2, found.errors[method].l2)
    table = found.table().set_index("method")
    for metric in METRICS:
        assert (table[f"{metric}, low"] <= table[metric]).all()
        assert (table[metric] <= table[f"{metric}, high"]).all()
    assert table.at[CAUSALM, "L2, low"] < table.at[CAUSALM, "L2, high"]


def test_effects_on_the_classifier_by_hand(study):
    pairs = human_pairs(study.archive, "test")
    asked = pairs[(pairs["label_from"] == "Negative") & (pairs["label_to"] == "Positive")]
    noise = asked[asked["aspect"] == "noise"]
    change = []
    for source, to in zip(noise["text_from"], noise["text_to"], strict=True):
        outputs = predict_labels(study.model, encode_texts(study.model, [source, to]))
        change.append((outputs[1] - outputs[0]) @ [1, 2, 3, 4, 5])
    row = classifier_effects(study).set_index("aspect").loc["noise"]
    assert row["pairs"] == len(noise) > 50
    assert row["classifier"] == pytest.approx(np.mean(change), abs=1e-6)
    assert row["published, BERT"] == 0.75


def test_true_change_is_that_of_the_outputs(study):
    """Each has the length of the difference between the outputs of some pair of the split."""
    pairs = human_pairs(study.archive, "test").drop_duplicates(["id_from", "id_to"])
    texts = sorted({*pairs["text_from"], *pairs["text_to"]})
    outputs = dict(
        zip(texts, predict_labels(study.model, encode_texts(study.model, texts), 64), strict=True)
    )
    lengths = {
        round(float(np.linalg.norm(outputs[to] - outputs[source])), 6)
        for source, to in zip(pairs["text_from"], pairs["text_to"], strict=True)
    }
    found = icace_by_method(study, 1, pairs=5, learned=60, reference=40)
    assert all(
        min(abs(length - known) for known in lengths) < 1e-4 for length in found.errors[NOTHING].l2
    )


def test_too_much_asked_is_one_sentence(study):
    with pytest.raises(ConfigError, match=r"pairs=100000"):
        icace_by_method(study, 0, pairs=100_000)
    with pytest.raises(ConfigError, match=r"reference=50"):
        icace_by_method(study, 0, pairs=3, learned=40, reference=50)
