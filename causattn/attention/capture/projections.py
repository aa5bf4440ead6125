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
        self._modules: dict[int, torch.nn.Module] = {}

    @contextmanager
    def finding(self, network: torch.nn.Module, running: Pass) -> Iterator[None]:
        """Learn the projections of a trial that runs inside the block."""

        def note(module: torch.nn.Module, arguments: tuple[Any, ...]) -> None:
            for number, output in enumerate(running.outputs):
                # A map with an adapter is called before the map inside it, and stands for both.
                if number not in self._modules and _same(arguments[0], output):
                    self._modules[number] = module

        handles = [
            module.register_forward_pre_hook(_guarded(note))
            for module in network.modules()
            if _is_map(module)
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
        if isinstance(module, torch.nn.Linear):
            weight = module.weight.detach().T
        elif isinstance(module, Conv1D):
            weight = module.weight.detach()  # from input to output already
        else:
            weight = _effective(module)
        return weight.reshape(heads, -1, weight.shape[1])


def _is_map(module: torch.nn.Module) -> bool:
    """Return whether a module is a linear map, or one inside an adapter (PEFT's LoRA ...)."""
    return isinstance(module, _LINEAR) or isinstance(getattr(module, "base_layer", None), _LINEAR)


def _effective(module: torch.nn.Module) -> torch.Tensor:
    """Return the weight [in, out] of an affine map from what it makes of unit vectors."""
    base = module.base_layer
    assert isinstance(base, _LINEAR)
    weight = base.weight
    size = weight.shape[1] if isinstance(base, torch.nn.Linear) else weight.shape[0]
    with torch.no_grad():
        unit = torch.eye(int(size), dtype=weight.dtype, device=weight.device)
        found: torch.Tensor = module(unit) - module(torch.zeros_like(unit))
    return found


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
