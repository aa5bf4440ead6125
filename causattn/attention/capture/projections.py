"""Which linear map takes each attention's output back to the hidden state (W_O)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers.pytorch_utils import Conv1D

from causattn.attention.capture.forward_pass import Pass

_LINEAR = (torch.nn.Linear, Conv1D)


class Projections:
    """The output projections of a network's attentions, found in a trial.

    Families call them ``dense``, ``o_proj``, ``c_proj``, ``Wo`` ... and some keep them outside of
    the attention module; what they have in common is that they are handed the very memory that
    the attention wrote.
    """

    def __init__(self) -> None:
        self._modules: dict[int, torch.nn.Linear | Conv1D] = {}

    @contextmanager
    def finding(self, network: torch.nn.Module, running: Pass) -> Iterator[None]:
        """Learn the projections of a trial that runs inside the block."""

        def note(module: torch.nn.Module, arguments: tuple[Any, ...]) -> None:
            for number, output in enumerate(running.outputs):
                known = number in self._modules
                if not known and isinstance(module, _LINEAR) and _same(arguments[0], output):
                    self._modules[number] = module

        handles = [
            module.register_forward_pre_hook(_guarded(note))
            for module in network.modules()
            if isinstance(module, _LINEAR)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
            running.outputs.clear()

    def of(self, number: int, heads: int) -> torch.Tensor | None:
        """Return each head's rows of W_O, [H, d, width]; None where the map was not found."""
        module = self._modules.get(number)
        if module is None:
            return None
        weight = module.weight.detach()
        if isinstance(module, torch.nn.Linear):
            weight = weight.T  # Conv1D keeps its weight from input to output already
        return weight.reshape(heads, -1, weight.shape[1])


def _guarded(note: Callable[[torch.nn.Module, tuple[Any, ...]], None]) -> Callable[..., None]:
    """Return `note` for modules that are given a tensor by position."""

    def hook(module: torch.nn.Module, arguments: tuple[Any, ...]) -> None:
        if arguments and isinstance(arguments[0], torch.Tensor):
            note(module, arguments)

    return hook


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Return whether two tensors are views of the same memory."""
    return (
        one.numel() == other.numel()
        and one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()
    )
