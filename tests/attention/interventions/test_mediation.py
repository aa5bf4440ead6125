"""Natural effects against what they must be, and against attention exchanged by hand."""

import numpy as np
import pytest
import torch

from causattn.attention import natural_effects
from causattn.base import DataError
from tests.attention.interventions.by_hand import Change, attend_by_hand, attentions


def first_token_odds(output) -> torch.Tensor:
    chance = output.logits[:, -1].softmax(-1)[:, 5]
    return chance / (1 - chance)


def test_natural_effects(network):
    base = {"input_ids": torch.randint(4, 40, (4, 6), generator=torch.manual_seed(3))}
    other = {"input_ids": base["input_ids"].clone()}
    other["input_ids"][:, 2] = 4 + (other["input_ids"][:, 2] + 1) % 36
    every = dict.fromkeys(range(2))
    found = natural_effects(network, base, other, first_token_odds, [every, {1: (0,)}, {}])
    with torch.no_grad():
        y, y_other = (first_token_odds(network(**each)) for each in (base, other))
    torch.testing.assert_close(found.total_effect, y_other / y - 1, atol=1e-4, rtol=1e-3)
    assert found.indirect.shape == (3, 4)
    # No heads replaced is no effect; an effect through all heads leaves their values alone.
    torch.testing.assert_close(found.indirect_effect[2], torch.zeros(4), atol=1e-5, rtol=0)
    none = natural_effects(network, base, other, first_token_odds, [])
    assert none.indirect_effect.shape == (0, 4)
    same = natural_effects(network, base, base, first_token_odds, [every])
    for effect in (same.total_effect, same.direct_effect, same.indirect_effect[0]):
        np.testing.assert_allclose(effect, 0, atol=1e-4)


def test_direct_and_indirect_swap_when_the_inputs_do(network):
    """Alternative input with the base's attention is one thing, whichever way it is named."""
    base = {"input_ids": torch.randint(4, 40, (4, 6), generator=torch.manual_seed(4))}
    other = {"input_ids": torch.randint(4, 40, (4, 6), generator=torch.manual_seed(5))}
    every = dict.fromkeys(range(2))
    one = natural_effects(network, base, other, first_token_odds, [every])
    two = natural_effects(network, other, base, first_token_odds, [every])
    torch.testing.assert_close(one.direct, two.indirect[0])
    torch.testing.assert_close(one.indirect[0], two.direct)


def test_natural_effects_equal_attention_exchanged_attend_by_hand(network):
    ids = torch.randint(4, 40, (4, 6), generator=torch.manual_seed(6))
    base, other = {"input_ids": ids}, {"input_ids": (ids - 4 + 11) % 36 + 4}
    sets = [{1: (2,)}, {0: (0, 3), 1: None}]
    found = natural_effects(network, base, other, first_token_odds, sets)
    plainly = [attend_by_hand(network, each, {}) for each in (base, other)]
    under_base, under_other = (output.attentions for output in plainly)

    def put(weights_of, heads) -> dict[torch.nn.Module, Change]:
        def exchange(layer, chosen):
            def change(weights):
                weights = weights.clone()
                for head in range(4) if chosen is None else chosen:
                    weights[:, head] = weights_of[layer][:, head]
                return weights

            return change

        modules = attentions(network)
        return {modules[layer]: exchange(layer, chosen) for layer, chosen in heads.items()}

    direct = attend_by_hand(network, other, put(under_base, {0: None, 1: None}))
    indirect = [attend_by_hand(network, base, put(under_other, heads)) for heads in sets]
    for ours, theirs in (
        (found.base, plainly[0]),
        (found.alternative, plainly[1]),
        (found.direct, direct),
        *zip(found.indirect, indirect, strict=True),
    ):
        torch.testing.assert_close(ours, first_token_odds(theirs), atol=1e-6, rtol=1e-3)
    changes = torch.stack([first_token_odds(output) for output in [direct, *indirect]])
    expected = changes / first_token_odds(plainly[0]) - 1
    torch.testing.assert_close(found.direct_effect, expected[0], atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(found.indirect_effect, expected[1:], atol=1e-3, rtol=1e-3)
    assert (expected.abs().amax(1) > 1e-2).all()


def test_inputs_of_different_length(network):
    base = {"input_ids": torch.full((1, 6), 5)}
    with pytest.raises(DataError, match="as many tokens"):
        natural_effects(network, base, {"input_ids": torch.full((1, 7), 5)}, first_token_odds, [])
