"""What a model says of its masks, against its own eager weights."""

import pytest
import torch

from causattn.attention import Probe, capture_attention
from causattn.attention.capture.reach import Reach
from causattn.base import ModelError

CAUSAL = {
    *("gpt2", "gpt_neo", "gpt_neox", "gptj", "falcon", "falcon_alibi", "opt", "bloom"),
    *("llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "phi"),
}
DECODERS = {"t5", "bart"}
WINDOWS_OF_THEIR_OWN = {"mistral", "gpt_neo"}
"""Families with windows of which their `layer_types` say nothing."""


class Keep(Probe):
    def __init__(self):
        self.seen = []

    def visit(self, layer, weights):
        self.seen.append((layer, weights.clone()))


def test_causal_are_those_that_read_from_left_to_right(families, network_of):
    for family, config in families.items():
        expected = {"self"} if family in CAUSAL else {"decoder"} if family in DECODERS else set()
        assert Reach.of(network_of(config)).causal == expected, family


@pytest.mark.parametrize("family", sorted(CAUSAL | DECODERS))
def test_what_is_out_of_reach_gets_nothing_and_all_else_something(family, families, network_of):
    torch.manual_seed(1)
    inputs = {"input_ids": torch.randint(4, 40, (2, 12))}
    network, probe = network_of(families[family]), Keep()
    with capture_attention(network, inputs) as capture:
        capture.run(inputs, probe)
    reach, looked = Reach.of(network), 0
    for layer, weights in probe.seen:
        blocked = reach.blocked(layer, weights)
        if blocked is None:
            assert layer.stack in ("encoder", "cross")
            continue
        looked += 1
        nothing = (weights == 0).all(dim=(0, 1))
        assert nothing[blocked].all()
        if family not in WINDOWS_OF_THEIR_OWN:
            assert torch.equal(nothing, blocked)
    assert looked == 2


def test_a_model_that_is_told_to_read_both_ways_is_not_causal(families, network_of):
    config = type(families["gpt2"]).from_dict({**families["gpt2"].to_dict(), "is_causal": False})
    network = network_of(config)
    assert not Reach.of(network).causal
    network = network_of(families["llama"])
    network.layers[1].self_attn.is_causal = False
    assert not Reach.of(network).causal


def test_attention_before_the_window_is_refused(monkeypatch, families, network_of):
    import transformers.models.qwen2.modeling_qwen2 as qwen2

    monkeypatch.setattr(qwen2, "create_sliding_window_causal_mask", qwen2.create_causal_mask)
    network = network_of(families["qwen2"])
    with (
        pytest.raises(ModelError, match=r"layers\.1\.self_attn pays .* before its sliding window"),
        capture_attention(network, {"input_ids": torch.randint(4, 40, (2, 12))}),
    ):
        pass
