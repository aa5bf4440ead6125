"""Reports about attention and attributions (the table in README.md names each)."""

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaModel

from causattn.attention import document_attention, summarise_attention
from causattn.attribution import LabelTarget, explain
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureKind, FeatureTable
from causattn.models import LanguageModel
from tests.attribution.conftest import make_model
from tests.small_models import SPECIAL, word_pieces

TEXTS = ["the cat sat on the mat", "a dog", "red", "the dog and the cat sat"] * 3


def llama(implementation: str) -> LanguageModel:
    tokenizer = word_pieces(TEXTS)
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=len(tokenizer) + len(SPECIAL),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        pad_token_id=0,
        attn_implementation=implementation,
    )
    return LanguageModel("llama", LlamaModel(shape).eval(), tokenizer, "encoder")


def words() -> FeatureTable:
    """Return the words "the", "cat", "dog" as features."""
    names, rows = ("the", "cat", "dog"), []
    for document, text in enumerate(TEXTS):
        for feature, word in enumerate(names):
            start = text.find(word)
            while start >= 0:
                rows.append((document, feature, start, start + len(word)))
                start = text.find(word, start + 1)
    values = np.array([[float(word in text) for word in names] for text in TEXTS])
    return FeatureTable(
        names=names,
        kinds=(FeatureKind.PRESENCE,) * 3,
        values=values,
        categories=(("no", "yes"),) * 3,
        carriers=Mentions(*np.array(sorted(rows)).T),
        documents=np.arange(len(TEXTS)),
    )


def test_padding_changes_no_sum() -> None:
    """huggingface/transformers#17463, #2796 and #29029; jessevig/bertviz#101"""
    model, corpus, features = llama("sdpa"), Corpus("pets", TEXTS), words()
    sums = [
        summarise_attention(
            {"query": "observed", "batch_tokens": tokens}, model, corpus, features, 0
        )
        for tokens in (1, 10_000)
    ]
    for name in sums[0].measures:
        first, second = (each.measures[name].sum for each in sums)
        assert np.allclose(first, second, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
def test_a_decoder_looks_at_nothing_that_follows(implementation: str) -> None:
    """huggingface/transformers#30652: attentions asked for, the causal mask was lost"""
    document = document_attention(llama(implementation), TEXTS[0])
    weights = np.asarray(document.weights)
    assert np.allclose(np.triu(weights, 1), 0)
    assert np.allclose(weights.sum(-1), 1, atol=1e-5)


def test_a_text_is_explained_alike_alone_and_among_others() -> None:
    """meta-pytorch/captum#329, and its relatives in inseq (#110, #113)"""
    model, texts = make_model("classifier"), ["the food was good", "slow", "it was not good at all"]
    settings = {"kind": "integrated_gradients", "steps": 20}
    together = explain(model, texts, settings, target=LabelTarget(1))
    for text, found in zip(texts, together, strict=True):
        (alone,) = explain(model, [text], settings, target=LabelTarget(1))
        assert np.allclose(alone.score, found.score, atol=1e-5)


def test_gradients_do_not_pile_up() -> None:
    """meta-pytorch/captum#1037"""
    model = make_model("classifier")
    settings = {"kind": "integrated_gradients", "steps": 10}
    first, second = (
        explain(model, ["the food was good"], settings, target=LabelTarget(1))[0].score
        for _ in range(2)
    )
    assert np.array_equal(first, second)
    assert all(weight.grad is None for weight in model.network.parameters())


def test_more_steps_add_up_better() -> None:
    """meta-pytorch/captum#1334 and #1413"""
    model = make_model("classifier")

    def gap(steps: int) -> float:
        settings = {"kind": "integrated_gradients", "steps": steps}
        found = explain(model, ["the food was good"], settings, target=LabelTarget(1))[0]
        return abs(found.score.sum() - (found.output - found.baseline))

    assert gap(200) < 5e-3
    assert gap(200) <= gap(2) + 1e-4
