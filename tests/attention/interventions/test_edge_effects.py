"""Cutting attention between features, against a naive loop over documents and pairs."""

import numpy as np
import pytest
import torch
import transformers as hf

from causattn.attention import KnockOut, edge_effects, editable_attention
from causattn.base import ConfigError, ModelError
from causattn.models import LanguageModel


@pytest.fixture
def model(language_model) -> LanguageModel:
    base = language_model("bert")
    torch.manual_seed(1)
    config = type(base.network.config).from_dict(base.network.config.to_dict())
    network = hf.BertForMaskedLM(config).eval()
    network.base_model.load_state_dict(base.network.state_dict(), strict=False)
    return LanguageModel("bert", network, base.tokenizer, "masked")


@pytest.mark.parametrize("kind", ["renormalise", "zero"])
def test_against_a_naive_loop(kind, model, corpus, features, naive_tokens):
    expected = np.zeros((6, 6))
    mask = model.tokenizer.mask_token_id
    for text, of in zip(corpus.texts, naive_tokens(model, corpus.texts, features), strict=True):
        ids = model.tokenizer(text)["input_ids"]
        for i in of:
            covered = [mask if p in of[i] and i != 5 else token for p, token in enumerate(ids)]
            inputs = {"input_ids": torch.tensor([covered])}
            with editable_attention(model.network, inputs) as capture:
                for j in of:
                    edges = torch.zeros((1, len(ids), len(ids)), dtype=torch.bool)
                    edges[0, np.repeat(of[i], len(of[j])), np.tile(of[j], len(of[i]))] = True
                    before, after = (
                        capture.edited(inputs, cut).logits[0, of[i]].softmax(-1)
                        for cut in (None, KnockOut(kind, edges=edges))
                    )
                    expected[i, j] += float((after - before).abs().sum(-1).mean() / 2)
    for tokens in (30, 4000):
        found = edge_effects(model, corpus, features, 0, kind=kind, batch_tokens=tokens)
        np.testing.assert_allclose(found.moments.sum[0, 0], expected, atol=1e-4)
        assert found.kind == kind
        mean = found.moments.mean()[0, 0]
        assert found.effect[0, 1] == mean[1, 0]
        assert not found.effect.diagonal().any()


def test_models_that_cannot_be_asked(model, language_model, corpus, features):
    with pytest.raises(ConfigError, match="needs weights from elsewhere"):
        edge_effects(model, corpus, features, 0, kind="mean")
    with pytest.raises(ConfigError, match="needs a masked language model"):
        edge_effects(language_model("gpt2", task="causal"), corpus, features, 0)
    with pytest.raises(ModelError, match="registered"):
        edge_effects(language_model("deberta_v2", task="masked"), corpus, features, 0)
