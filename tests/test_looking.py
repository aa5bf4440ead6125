"""A model and a sentence from Python, in three lines a task."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import BertForSequenceClassification

import causattn
from causattn.attention import document_attention
from causattn.base import ConfigError, DataError, ModelError
from causattn.cli import draw_look
from causattn.effects import counterfactual_attention
from tests.small_models import small_bert, word_pieces

TEXTS = ["the food was great", "菜很好吃 but slow"]


@pytest.fixture(scope="module")
def parts():
    torch.manual_seed(0)
    tokenizer = word_pieces(TEXTS, 120)
    return BertForSequenceClassification(small_bert(tokenizer)), tokenizer


def test_a_network_and_its_tokenizer_are_a_model(parts, tmp_path):
    network, tokenizer = parts
    model = causattn.load_model(network, tokenizer)
    assert model.task == "classifier"
    found = causattn.explain(model, TEXTS[1], "occlusion")
    assert found.text == TEXTS[1]
    assert found.to_frame()["word"].tolist() == ["菜", "很", "好", "吃", "but", "slow"]
    several = causattn.explain(model, TEXTS, "lime", samples=20)
    assert [each.text for each in several] == TEXTS
    network.save_pretrained(tmp_path / "saved")
    tokenizer.save_pretrained(tmp_path / "saved")
    again = causattn.explain(causattn.load_model(tmp_path / "saved"), TEXTS[1], "occlusion")
    np.testing.assert_allclose(again.score, found.score, atol=1e-5)
    with pytest.raises(ModelError, match="brings its own tokenizer"):
        causattn.load_model(tmp_path / "saved", tokenizer)


def test_a_hugging_face_model_stands_wherever_a_model_does(parts, tmp_path):
    network, tokenizer = parts
    expected = causattn.explain(causattn.load_model(*parts), TEXTS[0], "occlusion").score
    network.save_pretrained(tmp_path / "saved")
    tokenizer.save_pretrained(tmp_path / "saved")
    loaded = BertForSequenceClassification.from_pretrained(tmp_path / "saved")
    pipe = SimpleNamespace(model=network, tokenizer=tokenizer)
    for model in (parts, pipe, loaded, tmp_path / "saved", str(tmp_path / "saved")):
        found = causattn.explain(model, TEXTS[0], "occlusion").score
        np.testing.assert_allclose(found, expected, atol=1e-5)
    with pytest.raises(ModelError, match="give its fast tokenizer"):
        causattn.explain(network, TEXTS[0], "occlusion")
    with pytest.raises(ModelError, match="no Hugging Face model"):
        causattn.explain(7, TEXTS[0], "occlusion")
    corpus = causattn.load_corpus("asia", documents=60)
    features = causattn.build_features(corpus, parts, collinear="drop")
    summary = causattn.summarise_attention(parts, corpus, features, "observed")
    assert summary.documents == 60


def test_texts_are_summed_up(parts):
    model = causattn.load_model(*parts)
    texts = [f"the food was {word}" for word in ("great", "slow", "great", "well", "odd")] * 8
    found = causattn.typical_texts(parts, texts, 2)
    assert set(found.texts) <= set(texts)
    assert found.to_frame()["stands_for"].sum() == len(texts)
    tree = causattn.surrogate_tree(parts, texts, least_documents=2)
    frame = tree.to_frame()
    assert frame["documents"].sum() == tree.fidelity.documents == 28
    assert tree.summary()["held_out"] == 12
    assert "held_out" in tree._repr_html_()
    whole = causattn.look(texts, model, typical=2, tree=True, explainers="attention")
    assert '"standsFor":[' in whole.html
    assert "data:image/svg+xml" in whole.html
    with pytest.raises(ConfigError, match="view"):
        causattn.look(TEXTS[0], model, view="head")


def test_an_explanation_shows_itself(parts, capsys):
    found = causattn.explain(causattn.load_model(*parts), "great <b> food", "occlusion")
    shown = found._repr_html_()
    assert shown.count("<span title=") == 5  # <, b and > are words of their own
    assert "<b>" not in shown
    assert "occlusion: logit of class" in shown
    found.show()
    out = capsys.readouterr().out
    assert "explained: logit of class" in out
    assert "great" in out


@pytest.mark.parametrize(
    "result",
    [
        "graphs.CausalGraph", "corpora.Corpus", "models.LanguageModel", "features.FeatureTable",
        "attention.AttentionSummary", "attention.DocumentAttention", "attribution.AttentionTau",
        "attribution.AttributionSummary", "attribution.LinearSurrogate",
        "attribution.TokenAttribution", "attribution.TreeSurrogate", "attribution.WordAttribution",
        "candidates.CandidateEdges", "effects.CounterfactualAttention", "effects.EvidenceTable",
        "exemplars.TypicalTexts", "report.ShownRun", "report.View", "results.Comparison",
    ],
)  # fmt: skip
def test_every_result_shows_itself_and_has_rows(result):
    room, name = result.split(".")
    kind = getattr(import_module(f"causattn.{room}"), name)
    assert all(callable(getattr(kind, what)) for what in ("show", "_repr_html_", "to_frame"))


def test_attention_of_a_text_has_rows(parts):
    model = causattn.load_model(*parts)
    found = document_attention(model, TEXTS[0])
    frame = found.to_frame()
    assert frame["attending"].tolist() == list(found.attending)
    np.testing.assert_allclose(frame.iloc[:, 1:].sum(axis=1), 1, atol=1e-5)
    assert TEXTS[0] in found._repr_html_()
    pair = counterfactual_attention(model, TEXTS[0], TEXTS[0].replace("great", "slow"))
    moved = pair.to_frame()
    assert (moved["after"] - moved["before"]).abs().is_monotonic_decreasing
    assert "output after" in pair._repr_html_()


def test_look_gives_a_view(parts, tmp_path):
    model = causattn.load_model(*parts)
    page = causattn.look(TEXTS[1], model, swap="好:难", explainers="occlusion")
    assert "iframe" in page._repr_html_()
    rows = page.to_frame()
    assert rows["word"].tolist()[:2] == ["菜", "很"]
    assert set(rows["side"]) == {"before", "after"}
    assert "菜很难吃" in page.write(tmp_path / "look.html").read_text(encoding="utf-8")
    lines = tmp_path / "lines.txt"
    lines.write_text("\n".join(TEXTS), encoding="utf-8")
    whole = causattn.look(lines, model, explainers=["occlusion"])
    assert all(text in whole.html for text in TEXTS)
    with pytest.raises(ConfigError, match="There is no file"):
        causattn.look(Path("nowhere.txt"), model)


def test_what_cannot_be_looked_at_is_a_sentence(parts):
    model = causattn.load_model(*parts)
    with pytest.raises(DataError, match="no text to look at"):
        causattn.look([], model)
    with pytest.raises(DataError, match="Text 2 of 2 is empty"):
        causattn.look([TEXTS[0], " "], model)
    for texts in (TEXTS[0], TEXTS):
        with pytest.raises(ConfigError, match="is for a file"):
            causattn.look(texts, model, text="review")


def test_a_run_gives_back_what_it_was_made_from(tmp_path):
    run = causattn.run(
        "experiment=quick", f"paths.runs={tmp_path}/runs", f"paths.cache={tmp_path}/cache",
        "effects=none",
    )  # fmt: skip
    assert run.features.names == run.graph.names
    assert len(run.corpus) == run.summary["corpus"]["documents"]
    assert causattn.look(run.corpus.texts[0], run.folder, explainers="occlusion").html.count(
        '"method":"occlusion"'
    )
    with pytest.raises(ConfigError, match=r"model\.long_text cannot be set"):
        draw_look("a text", run.folder, model_settings={"long_text": "truncate"})
    assert run.to_frame().equals(run.evidence)
    assert "iframe" in run._repr_html_()
    assert "iframe" in run.attention._repr_html_()
    assert causattn.load_model(run.folder).name == run.model.name
    printed = [repr(each) for each in (run, run.corpus, run.features, run.model, run.attention)]
    assert all(len(each) < 1000 and "\n" not in each for each in printed), printed
