"""Networks of which some modules attend as they are told: what cuts are compared with."""

import sys
from collections.abc import Callable

import pytest
import torch

Change = Callable[[torch.Tensor], torch.Tensor]
"""From a module's own weights, [B, H, Q, K], to those it is to use."""


def attentions(network) -> list[torch.nn.Module]:
    """The modules of self-attention, from the first layer on."""
    body = network.base_model
    if network.config.model_type == "bert":
        return [layer.attention.self for layer in body.encoder.layer]
    if network.config.model_type == "gpt2":
        return [block.attn for block in body.h]
    return [layer.self_attn for layer in body.layers]


def attend_by_hand(network, inputs, changes: dict[torch.nn.Module, Change]):
    """Return the output under transformers' own eager attention, its weights changed on the way.

    The modules of `changes` stand in the order in which they run, and every one of them has to.
    """
    modelling = sys.modules[type(network).__module__]
    own = modelling.eager_attention_forward
    changed = []

    def attend(module, query, key, value, attention_mask=None, **rest):
        output, weights = own(module, query, key, value, attention_mask, **rest)
        if module not in changes:
            return output, weights
        changed.append(module)
        weights = changes[module](weights)
        value = value.repeat_interleave(query.shape[1] // value.shape[1], dim=1)
        return torch.einsum("bhqk,bhkd->bqhd", weights, value), weights

    before = network.config._attn_implementation
    with pytest.MonkeyPatch.context() as patch, torch.no_grad():
        patch.setattr(modelling, "eager_attention_forward", attend)
        network.set_attn_implementation("eager")
        output = network(**inputs, output_attentions=True)
    network.set_attn_implementation(before)
    assert changed == list(changes)
    return output
