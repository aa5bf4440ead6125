"""Capture of a recurrent decoder that attends before each step, step by step.

Its attention at one step decides the state that asks at the next, so that no function is ever
given all queries at once: neither can it be registered, nor is there one module call to hook. The
network hands out the scores of each step instead and takes the weights for them
(`causattn.models.recurrent.Stepwise`), which is all that is needed to see attention, to cut it and
to differentiate by it.

A gradient by the weights of one step goes through all later steps, too: other weights would have
led to another state, which would have asked another question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers import PreTrainedModel

from causattn.attention.capture.body import Inputs, with_decoder_inputs
from causattn.attention.capture.forward_pass import Edit
from causattn.attention.capture.layer import (
    AttentionLayer,
    Probe,
    Vectors,
    numbered,
    refuse_values,
    take_rows,
)


class StepwiseCapture:
    """Captures by weighing each step's scores; made by `stepwise`."""

    method = "step by step"
    editable = True
    passed_over: tuple[str, ...] = ()
    heads = 1

    def __init__(self, network: PreTrainedModel, body: torch.nn.Module) -> None:
        self._network = network
        self._body = body
        name = next(name for name, _ in network.named_modules() if name.endswith("cross_attention"))
        self.layers = numbered([name], ["cross"])

    def run(self, inputs: Inputs, probe: Probe) -> None:
        """Run one batch and show the attention to `probe`."""
        (layer,) = self.layers
        if not probe.wants(layer):
            return
        refuse_values(probe, self.method)
        seen: list[torch.Tensor] = []

        def see(scores: torch.Tensor, step: int, steps: int) -> torch.Tensor:
            seen.append(scores)
            return scores.softmax(-1)

        with torch.inference_mode():
            self._forward(self._body, inputs, see)
        scores = torch.cat(seen, dim=2).float()
        if probe.wants_vectors:
            # Scores are no products where they are additive: all of them are what is added.
            query, key = (scores.new_zeros((*scores.shape[:2], n, 1)) for n in scores.shape[2:])
            probe.see_vectors(layer, Vectors(query, key, 1.0, scores))
        probe.visit(layer, take_rows(scores.softmax(-1), probe.rows(layer)))

    def edited(self, inputs: Inputs, edit: Edit | None) -> Any:
        """Run the whole network, head included, with changed attention; return its output."""
        (layer,) = self.layers

        def change(scores: torch.Tensor, step: int, steps: int) -> torch.Tensor:
            if edit is None or not edit.touches(layer):
                return scores.softmax(-1)
            # An edit speaks of all steps: the others stand there as rows that see nothing.
            shape = (*scores.shape[:2], steps, scores.shape[3])
            hidden = scores.new_full(shape, torch.finfo(scores.dtype).min)
            changed = edit.scores(layer, _with_row(hidden, scores, step))
            weights = changed[:, :, step : step + 1].softmax(-1)
            every = _with_row(scores.new_zeros(shape), weights, step)
            return edit.weights(layer, every)[:, :, step : step + 1]

        with torch.inference_mode():
            return self._forward(self._network, inputs, change)

    def gradients(
        self, inputs: Inputs, target: Callable[[Any], torch.Tensor]
    ) -> list[tuple[AttentionLayer, torch.Tensor, torch.Tensor]]:
        """Return the weights and the target's gradient by them, both [B, 1, Q, K]."""
        nodes: list[torch.Tensor] = []

        def note(scores: torch.Tensor, step: int, steps: int) -> torch.Tensor:
            weights = scores.softmax(-1)
            # Adding 0 makes a node whose gradient is that of the weights, frozen model or not.
            nodes.append(weights + torch.zeros_like(weights, requires_grad=True))
            return nodes[-1]

        with torch.enable_grad():
            output = self._forward(self._network, inputs, note)
            gradients = torch.autograd.grad(target(output), nodes, materialize_grads=True)
        (layer,) = self.layers
        weights = torch.cat([node.detach() for node in nodes], dim=2)
        return [(layer, weights, torch.cat(gradients, dim=2))]

    def _forward(self, body: torch.nn.Module, inputs: Inputs, weigh: Callable[..., Any]) -> Any:
        return body(**with_decoder_inputs(self._network, self._body, inputs), stepwise=weigh)


@contextmanager
def stepwise(
    network: PreTrainedModel, body: torch.nn.Module, example: Inputs
) -> Iterator[StepwiseCapture | str]:
    """Capture step by step inside the block; yields the capture, or in words why it cannot be."""
    if not getattr(body, "stepwise", False):
        yield "it does not attend before each step of a decoder"
        return
    training = [module for module in network.modules() if module.training]
    try:
        network.eval()
        yield StepwiseCapture(network, body)
    finally:
        for module in training:
            module.training = True


def _with_row(rows: torch.Tensor, row: torch.Tensor, place: int) -> torch.Tensor:
    """Return [B, H, Q, K] with one of its rows replaced."""
    rows[:, :, place : place + 1] = row
    return rows
