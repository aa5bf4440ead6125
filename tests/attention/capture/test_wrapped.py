"""Models in wrappers: adapters around their maps, PEFT's model around all, compiled bodies."""

import numpy as np
import pytest
import torch

from causattn.attention import Probe, capture_attention, summarise_attention
from causattn.base import ModelError


class Kept(Probe):
    """All weights by stack, of every layer."""

    def __init__(self):
        self.weights, self.layers = {}, []

    def visit(self, layer, weights):
        self.layers.append(layer)
        self.weights.setdefault(layer.stack, []).append(weights.clone())


class Adapted(torch.nn.Module):
    """A linear map with a low-rank one beside it, laid out as PEFT's LoRA lays it out."""

    def __init__(self, base: torch.nn.Linear) -> None:
        super().__init__()
        self.base_layer = base
        self.down = torch.nn.Linear(base.in_features, 2, bias=False)
        self.up = torch.nn.Linear(2, base.out_features, bias=False)
        torch.nn.init.normal_(self.up.weight)

    def forward(self, given):
        return self.base_layer(given) + 3 * self.up(self.down(given))


def test_norms_are_those_of_the_projection_with_its_adapter(language_model, corpus, features):
    """The same as with the adapter merged into the map."""
    torch.manual_seed(0)
    adapted, merged = language_model("llama"), language_model("llama")
    for one, other in zip(adapted.network.layers, merged.network.layers, strict=True):
        wrapped = Adapted(one.self_attn.o_proj)
        one.self_attn.o_proj = wrapped
        with torch.no_grad():
            other.self_attn.o_proj.weight += 3 * wrapped.up.weight @ wrapped.down.weight
    plain = language_model("llama")
    sums = [
        summarise_attention({"measures": ["norm"]}, each, corpus, features, 0).measures["norm"].sum
        for each in (adapted, merged, plain)
    ]
    np.testing.assert_allclose(sums[0], sums[1], rtol=1e-4)
    assert abs(sums[0] - sums[2]).max() > 0.1


class WithAdapters(torch.nn.Module):
    """A model in a wrapper, as PEFT hands it out."""

    def __init__(self, network):
        super().__init__()
        self.inner = network

    def get_base_model(self):
        return self.inner


def test_wrapped_models_are_unwrapped(language_model, padded):
    network = language_model("bert").network
    expected, found = Kept(), Kept()
    with capture_attention(network, padded) as capture:
        capture.run(padded, expected)
    with capture_attention(WithAdapters(network), padded) as capture:
        capture.run(padded, found)
    for one, other in zip(expected.weights["self"], found.weights["self"], strict=True):
        np.testing.assert_array_equal(one, other)
    with (
        pytest.raises(ModelError, match="Linear is not a Hugging Face transformer"),
        capture_attention(torch.nn.Linear(2, 2), padded),
    ):
        pass


def test_a_compiled_body_is_not_compiled_again(language_model, padded):
    compiled = []

    def backend(graph, example):
        compiled.append(graph)
        return graph.forward

    network = language_model("bert").network
    expected, found = Kept(), Kept()
    with capture_attention(network, padded) as capture:
        capture.run(padded, expected)
    network.encoder.compile(backend=backend)
    with capture_attention(network, padded) as capture:
        capture.run(padded, found)
    assert not compiled
    for one, other in zip(expected.weights["self"], found.weights["self"], strict=True):
        np.testing.assert_array_equal(one, other)
