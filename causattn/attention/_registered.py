"""Capture through an attention function registered with transformers: the fast way.

The function computes what the model's own attention computes, and beside it the weights of those
query rows that a probe asks for. It is registered once under one name; which probe looks is a
context variable of the running pass, so nothing is kept between passes and threads do not meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.masking_utils import eager_mask

from causattn.attention._body import Inputs, attention_implementation, with_decoder_inputs
from causattn.attention._layer import AttentionLayer, Probe, numbered, take_rows
from causattn.base import ModelError

NAME = "causattn"


class EndOfPass(Exception):
    """Ends a forward pass when no probe wants what is left of it."""


class Pass:
    """One forward pass in progress: which attention comes next, and who looks at it."""

    def __init__(
        self,
        names: dict[int, str],
        probe: Probe | None = None,
        layers: tuple[AttentionLayer, ...] = (),
    ) -> None:
        self.names = names
        self.probe = probe
        self.layers = layers
        self.called: list[str] = []
        self.heads = 0
        wanted = [k for k, layer in enumerate(layers) if probe is not None and probe.wants(layer)]
        self.wanted = frozenset(wanted)
        self.last = wanted[-1] if wanted else len(layers)

    def enter(self, module: torch.nn.Module) -> AttentionLayer | None:
        """Note that a module attends; return its layer where the probe wants to see it."""
        name = self.names[id(module)]
        number = len(self.called)
        self.called.append(name)
        if not self.layers:
            return None
        if number >= len(self.layers) or self.layers[number].name != name:
            raise ModelError(
                f"Attention {number} of this forward pass is {name}, which it was not when "
                "capturing began; capture a model whose layers do not depend on the input."
            )
        return self.layers[number] if number in self.wanted else None

    def leave(self) -> None:
        """End the forward pass where the attention just seen was the last one wanted."""
        if self.layers and len(self.called) > self.last:
            raise EndOfPass


_running: ContextVar[Pass | None] = ContextVar("running", default=None)


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    softcap: float | None = None,
    position_bias: torch.Tensor | None = None,
    **rest: Any,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Attend as the model would, and show the weights to the probe of the running pass.

    Parameters are those of every attention function of transformers: `query` [B, H, Q, d], `key`
    and `value` [B, G, K, d] with G groups of heads, `attention_mask` additive [B, 1, Q, K],
    `position_bias` additive [1 or B, H, Q, K]. Returns the output [B, Q, H, d] and no weights.
    """
    running = _running.get()
    if running is None:
        raise ModelError(
            f"The attention implementation {NAME} works only inside a capture; set another one "
            "with model.set_attn_implementation('sdpa')."
        )
    running.heads = query.shape[1]
    layer = running.enter(module)
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    bias = attention_mask
    if position_bias is not None:
        bias = position_bias if bias is None else bias + position_bias

    whole: torch.Tensor | None = None
    if layer is not None and running.probe is not None:
        rows = running.probe.rows(layer)
        weights = _weights(query, key, bias, scaling, softcap, rows)
        running.probe.visit(layer, weights)
        running.leave()
        whole = weights if rows is None else None
    # Soft-capped scores are outside scaled_dot_product_attention; a pass without layers is the
    # trial, whose output has to come from the very weights that probes will see.
    if whole is None and (softcap is not None or not running.layers):
        whole = _weights(query, key, bias, scaling, softcap, None)
    if whole is not None:
        output = whole.to(value.dtype) @ value
    else:
        output = torch.nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=bias, scale=scaling
        )
    return output.transpose(1, 2).contiguous(), None


def _weights(
    query: torch.Tensor,
    key: torch.Tensor,
    bias: torch.Tensor | None,
    scaling: float,
    softcap: float | None,
    rows: torch.Tensor | None,
) -> torch.Tensor:
    """Return softmax(query key' scaling + bias) for the query rows, float32 [B, H, R, K]."""
    scores = take_rows(query, rows) @ key.transpose(2, 3) * scaling
    if softcap is not None:
        scores = torch.tanh(scores / softcap) * softcap
    if bias is not None:
        scores = scores + (bias if bias.shape[2] == 1 else take_rows(bias, rows))
    return scores.softmax(dim=-1, dtype=torch.float32)


def _mask(**arguments: Any) -> torch.Tensor | None:
    """Return the additive mask of eager attention; None only where everything is visible.

    Without a mask function under the same name transformers would hand over no mask at all, and
    causality and padding would be lost in silence.
    """
    return eager_mask(**arguments)


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, _mask)


class RegisteredCapture:
    """Captures through `attend`; made by `registered`."""

    method = "registered attention function"

    def __init__(self, network: PreTrainedModel, body: torch.nn.Module) -> None:
        self._network = network
        self._body = body
        self._names = {id(module): name for name, module in network.named_modules()}
        self.layers: tuple[AttentionLayer, ...] = ()
        self.heads = 0

    def trial(self, inputs: Inputs) -> torch.Tensor:
        """Run without a probe, learn the layers, and return the output computed from weights."""
        running = Pass(self._names)
        output = self._forward(inputs, running)
        self.layers = numbered(running.called, self._network.config.is_encoder_decoder)
        self.heads = running.heads
        return output

    def run(self, inputs: Inputs, probe: Probe) -> None:
        """Run one batch and show each layer's attention to `probe`."""
        running = Pass(self._names, probe, self.layers)
        if running.wanted:
            with suppress(EndOfPass):
                self._forward(inputs, running)

    def _forward(self, inputs: Inputs, running: Pass) -> torch.Tensor:
        token = _running.set(running)
        try:
            with torch.inference_mode():
                inputs = with_decoder_inputs(self._network, self._body, inputs)
                output: torch.Tensor = self._body(**inputs)[0]
                return output
        finally:
            _running.reset(token)


@contextmanager
def registered(
    network: PreTrainedModel, body: torch.nn.Module, example: Inputs
) -> Iterator[RegisteredCapture | str]:
    """Capture through a registered function inside the block.

    Yields the capture, or in words why this network cannot be captured this way: it does not take
    a registered function, or its output with it is not its own output.
    """
    training = [module for module in network.modules() if module.training]
    try:
        network.eval()
        with torch.inference_mode():
            own = body(**with_decoder_inputs(network, body, example))[0]
    finally:
        for module in training:
            module.training = True
    with attention_implementation(network, NAME) as taken:
        if not taken:
            yield "it does not take a registered attention function"
            return
        capture = RegisteredCapture(network, body)
        ours = capture.trial(example)
        if not capture.layers:
            yield "no attention ran through the registered function"
        elif not _alike(own, ours, example):
            yield "its output through the registered function differs from its own"
        else:
            yield capture


def _alike(own: torch.Tensor, ours: torch.Tensor, inputs: Inputs) -> bool:
    """Tell whether two outputs [B, T, width] agree on real tokens, to their precision."""
    tolerance = 1e-4 if own.dtype in (torch.float32, torch.float64) else 5e-2
    real = inputs.get("attention_mask")
    if real is not None and own.shape[:2] == real.shape:
        own, ours = own[real.bool()], ours[real.bool()]
    own, ours = own.float(), ours.float()
    return bool(((own - ours).abs() <= tolerance * (1 + own.abs())).all())
