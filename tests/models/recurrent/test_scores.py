"""The scores of recurrent attention, against torch's own attention and against loops."""

import numpy as np
import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from causattn.models.recurrent import RECURRENT_SCORES, LSTMLanguageModelConfig, RecurrentAttention

QUERIES, KEYS, WIDTH = 5, 8, 6


def attention(kind: str, query: int = WIDTH, implementation: str = "sdpa") -> RecurrentAttention:
    torch.manual_seed(0)
    config = LSTMLanguageModelConfig()
    config._attn_implementation = implementation
    return RecurrentAttention(config, kind, query, WIDTH)


@pytest.fixture
def states() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    mask = torch.zeros((3, 1, 1, KEYS))
    mask[1, ..., 5:] = mask[2, ..., 1:] = torch.finfo(torch.float32).min
    return torch.randn(3, QUERIES, WIDTH), torch.randn(3, KEYS, WIDTH), mask


@pytest.mark.parametrize("implementation", ["eager", "sdpa"])
@pytest.mark.parametrize("kind", RECURRENT_SCORES)
def test_weights_and_contexts_are_those_of_loops(kind, implementation, states, reference) -> None:
    module = attention(kind, implementation=implementation)
    query, keys, mask = states
    context, _ = module(query, keys, mask)
    _, weights = module(query, keys, mask, weights_too=True)
    assert context.shape == (3, QUERIES, WIDTH)
    assert weights.shape == (3, 1, QUERIES, KEYS)
    parameters = reference.weights_of(module)
    for document, seen in enumerate([KEYS, 5, 1]):
        for step in range(QUERIES):
            expected, summed = reference.attend(
                kind,
                parameters,
                query[document, step].double().numpy(),
                keys[document, :seen].double().numpy(),
            )
            found = weights[document, 0, step].detach().numpy()
            np.testing.assert_allclose(found[:seen], expected, atol=1e-6)
            assert (found[seen:] == 0).all()
            np.testing.assert_allclose(context[document, step].detach().numpy(), summed, atol=1e-5)
    np.testing.assert_allclose(weights.detach().sum(-1).numpy(), 1, atol=1e-6)


@pytest.mark.parametrize(("kind", "scale"), [("dot", 1.0), ("scaled_dot", WIDTH**-0.5)])
def test_products_are_torchs_own_attention(kind, scale, states) -> None:
    query, keys, mask = states
    expected = scaled_dot_product_attention(query, keys, keys, attn_mask=mask[:, 0], scale=scale)
    found, _ = attention(kind)(query, keys, mask)
    torch.testing.assert_close(found, expected)


def test_the_general_score_is_torchs_attention_of_a_turned_query(states) -> None:
    query, keys, mask = states
    module = attention("general")
    turned = query @ module.query_projection.weight.T
    expected = scaled_dot_product_attention(turned, keys, keys, attn_mask=mask[:, 0], scale=1.0)
    torch.testing.assert_close(module(query, keys, mask)[0], expected)


@pytest.mark.parametrize("kind", ["general", "additive"])
def test_widths_may_differ_where_the_score_has_a_matrix(kind, states) -> None:
    _, keys, mask = states
    module = attention(kind, query=4)
    context, weights = module(torch.randn(3, QUERIES, 4), keys, mask, weights_too=True)
    torch.testing.assert_close(context, (weights[:, 0] @ keys))


@pytest.mark.parametrize("kind", RECURRENT_SCORES)
def test_scores_alone_give_the_same_weights(kind, states) -> None:
    query, keys, mask = states
    module = attention(kind)
    for prepared in (None, module.prepared(keys)):
        weights = module.scores(query, keys, mask, prepared).softmax(-1)
        torch.testing.assert_close(weights, module(query, keys, mask, weights_too=True)[1])


def test_what_cannot_be_scored_is_said() -> None:
    with pytest.raises(ValueError, match="choose one of dot, general, scaled_dot, additive"):
        attention("cosine")
    with pytest.raises(ValueError, match="choose general or additive"):
        attention("dot", query=4)
