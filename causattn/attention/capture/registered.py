"""Capture through an attention function registered with transformers: the fast way.

The function computes what the model's own attention computes, and beside it the weights of those
query rows that a probe asks for. It is registered once under one name; which pass is running is a
context variable, so nothing is kept between passes and threads do not meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.masking_utils import eager_mask

from causattn.attention.capture.body import (
    Inputs,
    attention_implementation,
    calls,
    own_output,
    stack_by_length,
    trial_inputs,
    with_decoder_inputs,
)
from causattn.attention.capture.forward_pass import Edit, EndOfPass, Pass
from causattn.attention.capture.layer import AttentionLayer, Probe, numbered, take_rows
from causattn.attention.capture.projections import Projections
from causattn.attention.capture.scores import LayerScores, chosen_alone
from causattn.attention.capture.scratch import Scratch
from causattn.base import ModelError

NAME = "causattn"

_running: ContextVar[tuple[Pass, Projections] | None] = ContextVar("running", default=None)


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
    s_aux: torch.Tensor | None = None,
    sinks: torch.Tensor | None = None,
    indices: torch.Tensor | None = None,
    block_indices: torch.Tensor | None = None,
    **rest: Any,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Attend as the model would, and show the weights to the probe of the running pass.

    Parameters are those of every attention function of transformers: `query` [B, H, Q, d], `key`
    and `value` [B, G, K, d] with G groups of heads, `attention_mask` additive [B, 1, Q, K],
    `position_bias` additive [1 or B, H, Q, K], `s_aux` [H] or `sinks` [B, H, Q, 1] the scores of a
    sink, a further column of the softmax that is then dropped, `indices` [B, Q, k] the keys that an
    indexer (DeepSeek's sparse attention) lets each query see; `block_indices` is noted alone, for
    `RegisteredCapture` to refuse. Returns the output [B, Q, H, d] and no weights.
    """
    running, projections = _running_pass()
    running.heads = query.shape[1]
    layer = running.enter(module)
    sink = s_aux if s_aux is not None else sinks
    if running.trial:
        running.lengths.append((query.shape[2], key.shape[2]))
        running.sinks.append(sink is not None)
        running.in_blocks |= block_indices is not None
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    bias = attention_mask
    if position_bias is not None:
        bias = position_bias if bias is None else bias + position_bias
    if indices is not None:
        bias = chosen_alone(indices, bias, query, key)
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    scores = LayerScores(query, key, scaling, bias, softcap, sink)

    whole = _whole(running, layer, scores)
    if layer is not None and running.watched is not None:
        if running.watched.wants_values:
            projection = _projection(projections, running, layer)
            running.watched.see_values(layer, value, projection)
        whole = _shown(running, running.watched, layer, scores, whole)
        running.leave()
    if whole is not None:
        output = whole.to(value.dtype) @ value
    else:
        output = torch.nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=bias, scale=scaling
        )
    output = output.transpose(1, 2).contiguous()
    if running.trial:
        running.outputs.append(output)
    return output, None


def _running_pass() -> tuple[Pass, Projections]:
    """Return the pass that is running, and the output projections found in the trial.

    Raises
    ------
    ModelError
        Outside of a capture.
    """
    found = _running.get()
    if found is None:
        raise ModelError(
            f"The attention implementation {NAME} works only inside a capture; set another one "
            "with model.set_attn_implementation('sdpa')."
        )
    return found


def _whole(running: Pass, layer: AttentionLayer | None, scores: LayerScores) -> torch.Tensor | None:
    """Return all weights [B, H, Q, K] where the output has to be made of them.

    It has to where somebody changes them or wants their gradient, where PyTorch's own function
    knows no such scores, and in a trial, which compares the output made of the very weights that
    probes will see. None elsewhere.
    """
    edit = running.edit
    if edit is not None and (layer is None or not edit.touches(layer)):
        edit = None
    if edit is None and scores.plain and not (running.trial or running.gradients):
        return None
    found = scores.of(None)
    if edit is not None and layer is not None:
        found = edit.scores(layer, found)
    weights = scores.softmax(found, None)
    if edit is not None and layer is not None:
        weights = edit.weights(layer, weights)
    if running.gradients and layer is not None:
        # Adding 0 makes a node whose gradient is that of the weights, frozen model or not.
        weights = weights + torch.zeros_like(weights, requires_grad=True)
        running.nodes.append((layer, weights))
    return weights


def _shown(
    running: Pass,
    probe: Probe,
    layer: AttentionLayer,
    scores: LayerScores,
    whole: torch.Tensor | None,
) -> torch.Tensor | None:
    """Show a probe the rows that it asks for; return all weights where they are known now."""
    rows = probe.rows(layer)
    if probe.wants_vectors:
        probe.see_vectors(layer, scores.vectors())
    if whole is not None:
        weights = take_rows(whole, rows)
    elif probe.lets_go and Scratch.takes(scores.query):
        weights = running.scratch.softmax(
            scores.query, scores.key, scores.bias, scores.scaling, rows
        )
    else:
        weights = scores.softmax(scores.of(rows), rows)
    probe.visit(layer, weights)
    return weights if rows is None else whole


def _projection(projections: Projections, running: Pass, layer: AttentionLayer) -> torch.Tensor:
    """Return each head's rows of the output projection, [H, d, width]."""
    found = projections.of(running.number, running.heads)
    if found is None:
        raise ModelError(
            f"The output projection of attention {layer.name} was not found, so what its heads "
            "add to the hidden state is unknown; leave norm out of attention.measures."
        )
    return found


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
    editable = True
    passed_over: tuple[str, ...] = ()

    def __init__(self, network: PreTrainedModel, body: torch.nn.Module) -> None:
        self._network = network
        self._body = body
        self._names = {id(module): name for name, module in network.named_modules()}
        self._projections = Projections()
        self._scratch = Scratch()
        self.layers: tuple[AttentionLayer, ...] = ()
        self.heads = 0

    def trial(self, inputs: Inputs) -> tuple[torch.Tensor, str | None]:
        """Learn the layers; return the output computed from weights, and what speaks against."""
        running = Pass(self._names)
        with self._projections.finding(self._network, running), calls(self._network) as counted:
            output: torch.Tensor = self._forward(self._body, inputs, running)[0]
        for name, times in Counter(running.called).items():
            if 0 < counted[name] < times:
                return output, f"{name} attends {times} times where it is called {counted[name]}"
        if running.in_blocks:
            return output, "it chooses blocks of keys, which it hides in eager attention alone"
        parts = zip(running.called, running.lengths, strict=True)
        alone = self._body is not self._network.base_model
        stacks = [stack_by_length(*lengths, inputs, name, alone) for name, lengths in parts]
        self.layers = numbered(running.called, stacks, running.sinks)
        self.heads = running.heads
        return output, None if self.layers else "no attention ran through the registered function"

    def run(self, inputs: Inputs, probe: Probe) -> None:
        """Run one batch and show each layer's attention to `probe`."""
        running = Pass(self._names, self.layers, probe, scratch=self._scratch)
        if not running.idle:
            with suppress(EndOfPass):
                self._forward(self._body, inputs, running)

    def edited(self, inputs: Inputs, edit: Edit | None) -> Any:
        """Run the whole network, head included, with changed attention; return its output."""
        return self._forward(self._network, inputs, Pass(self._names, self.layers, edit=edit))

    def gradients(
        self, inputs: Inputs, target: Callable[[Any], torch.Tensor]
    ) -> list[tuple[AttentionLayer, torch.Tensor, torch.Tensor]]:
        """Return every layer's weights and their gradient, both [B, H, Q, K].

        Parameters
        ----------
        inputs
            One batch.
        target
            From the network's output to the number that is differentiated; a sum over documents
            keeps them apart.
        """
        running = Pass(self._names, self.layers, gradients=True)
        output = self._forward(self._network, inputs, running, gradients=True)
        nodes = [weights for _, weights in running.nodes]
        gradients = torch.autograd.grad(target(output), nodes, materialize_grads=True)
        return [
            (layer, weights.detach(), gradient)
            for (layer, weights), gradient in zip(running.nodes, gradients, strict=True)
        ]

    def _forward(
        self, body: torch.nn.Module, inputs: Inputs, running: Pass, gradients: bool = False
    ) -> Any:
        token = _running.set((running, self._projections))
        try:
            with torch.enable_grad() if gradients else torch.inference_mode():
                return body(**with_decoder_inputs(self._network, self._body, inputs))
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
    example = trial_inputs(network, body, example)
    own = own_output(network, body, example)
    with attention_implementation(network, NAME) as taken:
        if not taken:
            yield "it does not take a registered attention function"
            return
        capture = RegisteredCapture(network, body)
        ours, why_not = capture.trial(example)
        if why_not is not None:
            yield why_not
        elif not _alike(own, ours, example):
            yield "its output through the registered function differs from its own"
        else:
            yield capture


def _alike(own: torch.Tensor, ours: torch.Tensor, inputs: Inputs) -> bool:
    """Return whether two outputs [B, T, width] agree on real tokens, to their precision."""
    tolerance = 1e-4 if own.dtype in (torch.float32, torch.float64) else 5e-2
    real = inputs.get("attention_mask")
    if real is not None and own.shape[:2] == real.shape:
        own, ours = own[real.bool()], ours[real.bool()]
    own, ours = own.float(), ours.float()
    return bool(((own - ours).abs() <= tolerance * (1 + own.abs())).all())
