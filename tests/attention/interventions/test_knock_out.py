"""Cuts of attention against 4D masks, zeroed projections, and weights put together by hand."""

import pytest
import torch
import transformers as hf

from causattn.attention import KnockOut, attention_weights, editable_attention
from causattn.base import ConfigError, ModelError
from tests.attention.interventions.by_hand import Change, attend_by_hand, attentions


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


@pytest.mark.parametrize("heads", [{1: (2,)}, {0: None}, {0: (1, 3), 1: None}])
def test_a_head_cut_equals_zeroing_its_slice_of_the_output_projection(heads, network, inputs):
    with editable_attention(network, inputs) as capture:
        found = logits(capture.edited(inputs, KnockOut("zero", heads=heads)), inputs)
    untouched = plain(network, inputs)
    with torch.no_grad():
        for layer, chosen in heads.items():
            for head in range(4) if chosen is None else chosen:
                zero_slice(network, layer, slice(8 * head, 8 * head + 8))
    torch.testing.assert_close(found, plain(network, inputs), atol=1e-4, rtol=1e-4)
    assert (found - untouched).abs().max() > 1e-2


def zero_slice(network, layer: int, part: slice) -> None:
    """Take away what some columns of a layer's concatenated heads write."""
    body = network.base_model
    if network.config.model_type == "bert":
        body.encoder.layer[layer].attention.output.dense.weight[:, part] = 0
    elif network.config.model_type == "gpt2":
        body.h[layer].attn.c_proj.weight[part] = 0
    else:
        body.layers[layer].self_attn.o_proj.weight[:, part] = 0


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


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("kind", ["mean", "resample"])
def test_weights_that_stand_in_go_through_the_whole_network(kind, whole, network, edges):
    ids = torch.randint(4, 40, (3, 9), generator=torch.manual_seed(7))
    inputs, others = {"input_ids": ids}, {"input_ids": ids.flip(0)}
    heads = {0: (1,), 1: (0, 3)}
    with editable_attention(network, inputs) as capture:
        source = inputs if kind == "mean" else others
        stand_in = attention_weights(capture, source, mean=kind == "mean")
        cut = KnockOut(kind, edges=None if whole else edges, heads=heads, replacement=stand_in)
        found = capture.edited(inputs, cut).logits
        untouched = capture.edited(inputs, None).logits
    seen = attend_by_hand(network, inputs, {}).attentions

    def put(layer: int) -> Change:
        def change(weights):
            weights = weights.clone()
            for document in range(3):
                for head in heads[layer]:
                    other = seen[layer][2 - document, head]
                    if kind == "mean":
                        other = sum(seen[layer][each, head] for each in range(3)) / 3
                    here = weights[document, head]
                    cells = slice(None) if whole else edges[document]
                    here[cells] = other[cells]
            return weights

        return change

    first, second = attentions(network)
    expected = attend_by_hand(network, inputs, {first: put(0), second: put(1)}).logits
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    assert (found - untouched).abs().max() > 1e-2


@pytest.fixture(params=["t5", "bart"])
def encoder_decoder(request, families, network_of):
    config = families[request.param]
    made = {"t5": hf.T5ForConditionalGeneration, "bart": hf.BartForConditionalGeneration}
    torch.manual_seed(0)
    network = made[request.param](type(config).from_dict(config.to_dict())).eval()
    body = network_of(config).state_dict()
    own = network.state_dict()
    network.load_state_dict(
        {name: body.get(name.removeprefix("model."), own[name]) for name in own}
    )
    return network


@pytest.mark.parametrize("stack", ["encoder", "decoder", "cross"])
@pytest.mark.parametrize(
    ("kind", "whole"), [("renormalise", False), ("zero", False), ("zero", True)]
)
def test_every_stack_cut_equals_weights_made_by_hand(
    kind, stack, whole, encoder_decoder, inputs, edges
):
    network = encoder_decoder
    heads = (0, 2)
    edges = torch.ones_like(edges) if whole else edges
    with editable_attention(network, inputs) as capture:
        cut = KnockOut(kind, edges=None if whole else edges, heads={1: heads}, stack=stack)
        found = capture.edited(inputs, cut).logits
        untouched = capture.edited(inputs, None).logits

    def change(weights):
        weights = weights.clone()
        for head in heads:
            here = weights[:, head]  # a view
            here[edges] = 0
            if kind == "renormalise":
                here /= here.sum(-1, keepdim=True)
        return weights

    if network.config.model_type == "t5":
        block = (network.encoder if stack == "encoder" else network.decoder).block[1]
        cross = stack == "cross"
        module = block.layer[1].EncDecAttention if cross else block.layer[0].SelfAttention
    else:
        body = network.model
        block = (body.encoder if stack == "encoder" else body.decoder).layers[1]
        module = block.encoder_attn if stack == "cross" else block.self_attn
    ids = inputs["input_ids"]
    start = torch.full((3, 1), network.config.decoder_start_token_id)
    given = {**inputs, "decoder_input_ids": torch.cat([start, ids[:, :-1]], dim=1)}
    expected = attend_by_hand(network, given, {module: change}).logits
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    assert (found - untouched).abs().max() > 1e-2
    assert cut.rows_kept == 0


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
