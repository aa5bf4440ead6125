"""Gradient-weighted relevance against autograd on the eager model, one document at a time."""

import numpy as np
import pytest
import torch
import transformers as hf

from causattn.attention import summarise_attention
from causattn.base import ModelError
from causattn.models import LanguageModel


@pytest.fixture
def with_head(language_model, network_of):
    """A model with a head on top of the family's tiny body."""

    def make(kind: type, task: str) -> LanguageModel:
        base = language_model("bert")
        torch.manual_seed(1)
        config = type(base.network.config).from_dict(base.network.config.to_dict())
        network = kind(config).eval()
        network.base_model.load_state_dict(base.network.state_dict(), strict=False)
        return LanguageModel(base.name, network, base.tokenizer, task)

    return make


def relevance(network, ids: list[int], target) -> np.ndarray:
    """R of Chefer et al. for one document, from the eager model's returned weights."""
    config = type(network.config).from_dict(network.config.to_dict())
    config._attn_implementation = "eager"
    eager = type(network)(config).eval()
    eager.load_state_dict(network.state_dict())
    output = eager(input_ids=torch.tensor([ids]), output_attentions=True)
    gradients = torch.autograd.grad(target(output.logits[0]), output.attentions)
    product = torch.eye(len(ids))
    for weights, gradient in zip(output.attentions, gradients, strict=True):
        product = product + (weights * gradient)[0].clamp(min=0).mean(0) @ product
    return product.detach().numpy()


def logits_of(places: list[tuple[int, int]]):
    return lambda logits: sum(logits[position, token] for position, token in places)


@pytest.mark.parametrize("frozen", [False, True])
def test_hidden_words(frozen, with_head, corpus, features, naive_tokens):
    model = with_head(hf.BertForMaskedLM, "masked")
    model.network.requires_grad_(not frozen)
    settings = {"query": "masked", "measures": ["gradient", "mean"], "batch_tokens": 60}
    found = summarise_attention(settings, model, corpus, features, 0).measures["gradient"]
    model.network.requires_grad_(True)
    expected = np.zeros((6, 6))
    count = np.zeros((6, 6), dtype=int)
    texts = corpus.texts
    for text, of in zip(texts, naive_tokens(model, texts, features), strict=True):
        ids = model.tokenizer(text)["input_ids"]
        for i in set(of) - {5}:  # the sixth is pooled and hides nothing, so that nothing is said
            covered = list(ids)
            for position in of[i]:
                covered[position] = model.tokenizer.mask_token_id
            product = relevance(model.network, covered, logits_of([(p, ids[p]) for p in of[i]]))
            for j in of:
                expected[i, j] += product[np.ix_(of[i], of[j])].sum(1).mean()
                count[i, j] += 1
    np.testing.assert_array_equal(found.count, count)
    np.testing.assert_allclose(found.sum[0, 0], expected, atol=1e-4)
    # Parameters are not touched by it.
    assert all(parameter.grad is None for parameter in model.network.parameters())


def test_a_classifiers_class(with_head, corpus, features, naive_tokens):
    model = with_head(hf.BertForSequenceClassification, "classifier")
    settings = {"measures": ["gradient"]}
    found = summarise_attention(settings, model, corpus, features, 0).measures["gradient"]
    expected = np.zeros((6, 6))
    texts = corpus.texts
    for text, of in zip(texts, naive_tokens(model, texts, features), strict=True):
        product = relevance(model.network, model.tokenizer(text)["input_ids"], torch.max)
        for j in of:
            expected[5, j] += product[np.ix_(of[5], of[j])].sum(1).mean()
    np.testing.assert_allclose(found.sum[0, 0], expected, atol=1e-4)
    assert not found.count[:5].any()


def test_a_model_that_says_nothing(language_model, corpus, features):
    with pytest.raises(ModelError, match="asks what model bert says"):
        summarise_attention({"measures": ["gradient"]}, language_model("bert"), corpus, features, 0)


def test_a_model_whose_weights_are_no_nodes(language_model, corpus, features):
    model = language_model("deberta_v2", task="masked")
    with pytest.raises(ModelError, match="neither changed nor differentiated"):
        summarise_attention(
            {"measures": ["gradient"], "query": "masked"}, model, corpus, features, 0
        )
