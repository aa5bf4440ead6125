"""Capture by hooks on a model's own eager attention modules, one layer's weights alive at a time.

For families whose attention is written out in place (DeBERTa, XLNet, GPT-J, BLOOM ...). Which
module gives the weights, where in its output and with its axes in which order, is found by one
pass with ``output_attentions=True``: the weights that the model returns share their memory with
what some module gave. From then on a hook on that module shows the weights to the probe and
hands an empty tensor onwards, so that the model collects nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import torch
from transformers import PreTrainedModel

from causattn.attention.capture.body import Inputs, trial_inputs, with_decoder_inputs
from causattn.attention.capture.eager import (
    EagerCapture,
    check_lengths,
    returned_attention,
    stack_of_field,
)
from causattn.attention.capture.forward_pass import EndOfPass, Pass
from causattn.attention.capture.layer import (
    Probe,
    Stack,
    numbered,
    refuse_values,
    take_rows,
)
from causattn.attention.capture.products import Products, watched

_Given = tuple[str, int, torch.Tensor]
"""A module's name, which element of its output, and the tensor [., ., ., .] there."""
_Returned = tuple[Stack, torch.Tensor]
"""Weights [B, H, Q, K] that the model returned, and their stack."""


@dataclass(frozen=True)
class _Spot:
    """Where a module's output holds attention: which element, and its axes as [B, H, Q, K]."""

    element: int
    axes: tuple[int, int, int, int]


class HookedCapture(EagerCapture):
    """Captures by forward hooks."""

    method = "hooks on eager modules"

    def __init__(self, network: PreTrainedModel, body: torch.nn.Module) -> None:
        super().__init__(network, body)
        self._modules = dict(network.named_modules())
        self._spots: dict[str, _Spot] = {}
        self._ask: dict[str, bool] = {}

    def trial(self, inputs: Inputs) -> str | None:
        """Find the modules that give attention; return in words why there are none."""
        inputs = trial_inputs(self._network, self._body, inputs)
        given, returned = self._observed(inputs)
        if not returned:
            return "it returns no attention weights, its eager modules included"
        found = self._find_spots(given, returned)
        if len(found) < len(returned):
            return "some of its attention weights are made outside of any module"
        return self._learn_layers(inputs, found)

    def _observed(self, inputs: Inputs) -> tuple[list[_Given], list[_Returned]]:
        """Run once, asking for attention; return what modules gave, and what the model returned."""
        given: list[_Given] = []

        def note(name: str) -> Callable[..., None]:
            def hook(module: torch.nn.Module, arguments: Any, output: Any) -> None:
                elements = output if isinstance(output, tuple) else (output,)
                # What a module was given (as dropout is) it did not make.
                taken = {id(a) for a in arguments if isinstance(a, torch.Tensor)}
                given.extend(
                    (name, k, element)
                    for k, element in enumerate(elements)
                    if isinstance(element, torch.Tensor)
                    and element.dim() == 4
                    and id(element) not in taken
                )

            return hook

        with self._hooks({name: note(name) for name in self._modules}):
            output = self._forward(inputs, output_attentions=True)
        alone = self._body is not self._network.base_model
        returned: list[_Returned] = [
            (stack_of_field(field, alone), tensor)
            for field, tensors in returned_attention(output).items()
            for tensor in tensors
        ]
        return given, returned

    def _find_spots(
        self, given: list[_Given], returned: list[_Returned]
    ) -> list[tuple[str, Stack]]:
        """Learn where modules give what the model returned; return module and stack of each."""
        left = list(returned)
        found: list[tuple[str, Stack]] = []
        for name, element, tensor in given:
            match = next((each for each in left if _same_memory(each[1], tensor)), None)
            axes = None if match is None else _axes(tensor, match[1])
            if axes is not None and match is not None:
                # The innermost module comes first; those around it pass the same tensor on.
                left = [each for each in left if each is not match]
                self._spots[name] = _Spot(element, axes)
                self.heads = tensor.shape[axes[1]]
                found.append((name, match[0]))
        return found

    def _learn_layers(self, inputs: Inputs, found: list[tuple[str, Stack]]) -> str | None:
        """Learn the layers, and whether modules have to be asked; return in words why not."""
        stacks = dict(found)  # a module of several layers gives those of one stack
        # Without being asked, where that is enough: asked-for weights may be kept elsewhere too.
        for ask in ({}, {"output_attentions": True}):
            self._ask = ask
            running = Pass({})
            self._stream(inputs, running)
            if sorted(running.called) == sorted(name for name, _ in found):
                self.layers = numbered(running.called, [stacks[each] for each in running.called])
                return None
        return "its modules give no attention weights when they run for a probe"

    def run(self, inputs: Inputs, probe: Probe) -> None:
        """Run one batch and show each layer's attention to `probe`."""
        refuse_values(probe, self.method)
        running = Pass({}, self.layers, probe)
        if not running.idle:
            with suppress(EndOfPass):
                self._stream(inputs, running, Products() if probe.wants_vectors else None)

    def _stream(self, inputs: Inputs, running: Pass, products: Products | None = None) -> None:
        """Run one batch with a hook on every attention module."""
        inputs = with_decoder_inputs(self._network, self._body, inputs)

        def show(name: str, spot: _Spot) -> Callable[..., Any]:
            def hook(module: torch.nn.Module, arguments: Any, output: Any) -> Any:
                elements = output if isinstance(output, tuple) else (output,)
                element = elements[spot.element] if spot.element < len(elements) else None
                if not isinstance(element, torch.Tensor) or element.dim() != 4:
                    return output
                running.names[id(module)] = name
                layer, probe = running.enter(module), running.watched
                if layer is not None and probe is not None:
                    weights = element.detach().permute(spot.axes).float()
                    check_lengths(layer, weights, inputs)
                    if products is not None:
                        probe.see_vectors(layer, products.vectors_of(weights))
                    probe.visit(layer, take_rows(weights, probe.rows(layer)))
                    running.leave()
                empty = element.new_empty((0, 0, 0, 0))
                handed = (*elements[: spot.element], empty, *elements[spot.element + 1 :])
                return handed if isinstance(output, tuple) else empty

            return hook

        hooks = {name: show(name, spot) for name, spot in self._spots.items()}
        with self._hooks(hooks):
            self._forward(inputs, products, **self._ask)

    def _forward(self, inputs: Inputs, products: Products | None = None, **ask: bool) -> Any:
        with watched(products):
            return self._body(**inputs, **ask, return_dict=True)

    @contextmanager
    def _hooks(self, hooks: dict[str, Callable[..., Any]]) -> Iterator[None]:
        """Have forward hooks on named modules inside the block."""
        handles = [self._modules[name].register_forward_hook(hook) for name, hook in hooks.items()]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()


def _same_memory(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Return whether two tensors are views of the same memory."""
    return (
        one.numel() == other.numel()
        and one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()
    )


def _axes(tensor: torch.Tensor, view: torch.Tensor) -> tuple[int, int, int, int] | None:
    """Return the permutation that turns `tensor` into `view`, None where there is none."""
    for axes in permutations(range(4)):
        turned = tensor.permute(axes)
        if turned.shape == view.shape and turned.stride() == view.stride():
            return axes[0], axes[1], axes[2], axes[3]
    return None
