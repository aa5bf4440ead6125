"""Cuts of attention against 4D masks, zeroed projections, and weights put together by hand."""

import numpy as np
import pytest
import torch
import transformers as hf

from causattn.attention import KnockOut, attention_weights, editable_attention, natural_effects
from causattn.base import ConfigError, DataError, ModelError

HEADS = {"bert": hf.BertForMaskedLM, "gpt2": hf.GPT2LMHeadModel, "llama": hf.LlamaForCausalLM}


@pytest.fixture(params=HEADS)
def network(request, families, network_of):
    """A model with a head and attention far from uniform."""
    config = families[request.param]
    torch.manual_seed(0)
    made = HEADS[request.param](type(config).from_dict(config.to_dict())).eval()
    made.base_model.load_state_dict(network_of(config).state_dict(), strict=False)
    return made


@pytest.fixture
def inputs() -> dict[str, torch.Tensor]:
    ids = torch.randint(4, 40, (3, 9), generator=torch.manual_seed(1))
    mask = torch.ones_like(ids)
    mask[2, 6:] = 0
    return {"input_ids": ids * mask, "attention_mask": mask}


def visible(network, inputs) -> torch.Tensor:
    """Which keys each query may see, bool [B, Q, K]."""
    mask = inputs["attention_mask"].bool()
    seen = mask[:, None, :].expand(-1, mask.shape[1], -1)
    return seen if network.config.model_type == "bert" else seen.tril()


def logits(output, inputs) -> torch.Tensor:
    return output.logits[inputs["attention_mask"].bool()]


def plain(network, inputs, **more) -> torch.Tensor:
    with torch.no_grad():
        return logits(network(**{**inputs, **more}), inputs)


@pytest.fixture
def edges() -> torch.Tensor:
    rng = torch.Generator().manual_seed(2)
    cut = torch.rand((3, 9, 9), generator=rng) < 0.4
    return cut & ~torch.eye(9, dtype=torch.bool)  # a token may always attend to itself


def test_an_edge_cut_equals_a_4d_mask(network, inputs, edges):
    with editable_attention(network, inputs) as capture:
        cut = KnockOut("renormalise", edges=edges)
        found = logits(capture.edited(inputs, cut), inputs)
        untouched = logits(capture.edited(inputs, None), inputs)
    allowed = visible(network, inputs) & ~edges
    # Rows of padding see what they like; they must see something.
    allowed[~inputs["attention_mask"].bool()] = True
    lowest = torch.finfo(torch.float32).min
    mask = torch.zeros(allowed.shape).masked_fill(~allowed, lowest)[:, None]
    positions = {}
    if network.config.model_type != "bert":
        positions["position_ids"] = torch.arange(9)[None]
    expected = plain(network, inputs, attention_mask=mask, **positions)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    assert (found - untouched).abs().max() > 1e-2
    assert cut.rows_kept == 0


def test_a_head_cut_equals_zeroing_its_slice_of_the_output_projection(network, inputs):
    with editable_attention(network, inputs) as capture:
        cut = KnockOut("zero", heads={1: (2,)})
        found = logits(capture.edited(inputs, cut), inputs)
    with torch.no_grad():
        body = network.base_model
        if network.config.model_type == "bert":
            body.encoder.layer[1].attention.output.dense.weight[:, 16:24] = 0
        elif network.config.model_type == "gpt2":
            body.h[1].attn.c_proj.weight[16:24] = 0
        else:
            body.layers[1].self_attn.o_proj.weight[:, 16:24] = 0
    torch.testing.assert_close(found, plain(network, inputs), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kind", ["renormalise", "zero", "mean", "resample"])
def test_nothing_cut_changes_nothing(kind, network, inputs):
    nothing = torch.zeros((3, 9, 9), dtype=torch.bool)
    with editable_attention(network, inputs) as capture:
        other = attention_weights(capture, inputs) if kind in ("mean", "resample") else None
        cut = KnockOut(kind, edges=nothing, replacement=other)
        found = logits(capture.edited(inputs, cut), inputs)
    torch.testing.assert_close(found, plain(network, inputs), atol=1e-5, rtol=1e-5)


def test_no_row_is_left_empty(network, inputs):
    everything = torch.ones((3, 9, 9), dtype=torch.bool)
    with editable_attention(network, inputs) as capture:
        cut = KnockOut("renormalise", edges=everything, heads={0: (1, 3)})
        found = logits(capture.edited(inputs, cut), inputs)
    torch.testing.assert_close(found, plain(network, inputs), atol=1e-5, rtol=1e-5)
    assert cut.rows_kept == 3 * 9 * 2


def test_a_cut_after_the_softmax_does_not_renormalise(network, inputs, edges):
    """The first layer's head outputs, from weights with holes in them."""
    with editable_attention(network, inputs) as capture:
        before = attention_weights(capture, inputs)[0]
        holes = KnockOut("zero", edges=edges, heads={0: None})
        layer = capture.layers[0]
        after = holes.weights(layer, before)
        assert holes.scores(layer, before) is before
    expected = before.clone()
    expected[edges[:, None].expand_as(expected)] = 0
    torch.testing.assert_close(after, expected)
    assert (after.sum(-1) < 0.999).any()


def test_mean_and_resampled_weights_stand_in_for_those_cut(network, inputs, edges):
    with editable_attention(network, inputs) as capture:
        layer = capture.layers[1]
        own = attention_weights(capture, inputs)[1]
        mean = attention_weights(capture, inputs, mean=True)
        flipped = {
            index: weights.flip(0) for index, weights in attention_weights(capture, inputs).items()
        }
        for kind, other in (("mean", mean), ("resample", flipped)):
            found = KnockOut(kind, edges=edges, replacement=other).weights(layer, own)
            stand_in = other[1].expand_as(own)
            torch.testing.assert_close(found, torch.where(edges[:, None], stand_in, own))
        lacking = KnockOut("mean", replacement={0: mean[0]})
        with pytest.raises(ConfigError, match="no replacement weights for layer 1"):
            lacking.weights(layer, own)


def test_cuts_that_make_no_sense():
    with pytest.raises(ConfigError, match="whole head cannot be cut before"):
        KnockOut("renormalise")
    with pytest.raises(ConfigError, match="needs replacement"):
        KnockOut("mean")
    with pytest.raises(ConfigError, match="takes no replacement"):
        KnockOut("zero", replacement={})


def test_a_model_that_cannot_be_edited(families, network_of, inputs):
    with (
        pytest.raises(ModelError, match="does not take a registered"),
        editable_attention(network_of(families["bloom"]), inputs),
    ):
        pass


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


def test_inputs_of_different_length(network):
    base = {"input_ids": torch.full((1, 6), 5)}
    with pytest.raises(DataError, match="as many tokens"):
        natural_effects(network, base, {"input_ids": torch.full((1, 7), 5)}, first_token_odds, [])
