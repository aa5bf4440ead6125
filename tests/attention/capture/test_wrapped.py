"""Models in wrappers: adapters around their maps, PEFT's model around all, compiled bodies."""

import copy
from dataclasses import replace
from types import SimpleNamespace

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


def test_learnt_prompts_are_refused(language_model, padded):
    """What stands before every document is no token of it."""
    wrapped = WithAdapters(language_model("bert").network)
    wrapped.active_peft_config = SimpleNamespace(is_prompt_learning=True)
    with (
        pytest.raises(ModelError, match="puts learnt prompts before every document"),
        capture_attention(wrapped, padded),
    ):
        pass


MAPS = {"llama": ["q_proj", "v_proj", "o_proj"], "gpt2": ["c_attn", "c_proj"]}
ADAPTERS = {
    "lora": lambda peft, **maps: peft.LoraConfig(r=2, **maps),
    "dora": lambda peft, **maps: peft.LoraConfig(r=2, use_dora=True, **maps),
    "ia3": lambda peft, **maps: peft.IA3Config(feedforward_modules=[], **maps),
    "vera": lambda peft, **maps: peft.VeraConfig(r=2, **maps),
}


@pytest.mark.parametrize("kind", ADAPTERS)
@pytest.mark.parametrize("family", MAPS)
def test_adapters_of_peft_are_those_merged(family, kind, language_model, corpus, features):
    """The library itself, where it is installed (pip install peft)."""
    peft = pytest.importorskip("peft")
    config = ADAPTERS[kind](peft, target_modules=MAPS[family], fan_in_fan_out=family == "gpt2")
    model = language_model(family)
    network = peft.get_peft_model(model.network, config).eval()
    torch.manual_seed(5)
    for parameter in network.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, 0, 0.2)
    settings = {"measures": ["raw", "norm"]}
    sums = [
        summarise_attention(settings, replace(model, network=each), corpus, features, 0)
        for each in (network, copy.deepcopy(network).merge_and_unload())
    ]
    plain = summarise_attention(settings, language_model(family), corpus, features, 0)
    for measure in settings["measures"]:
        found, merged = (each.measures[measure].sum for each in sums)
        np.testing.assert_allclose(found, merged, rtol=1e-3, atol=1e-4)
        assert abs(found - plain.measures[measure].sum).max() > 0.01
