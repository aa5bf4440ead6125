"""Where the model runs, and in which number format: a GPU where there is one, none needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from transformers import PreTrainedModel

from causattn.attention.capture.layer import AttentionLayer
from causattn.attention.contract import BatchCarriers
from causattn.attention.measures.summary_probe import SummaryProbe
from causattn.base import ConfigError, ModelError


def check_device(device: str) -> None:
    """Raise where a device is asked for that is not here.

    Raises
    ------
    ConfigError
        Where torch sees no GPU.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            "attention.device=cuda, but torch sees no such device here; use attention.device=auto."
        )


@contextmanager
def on_device(network: PreTrainedModel, device: str) -> Iterator[None]:
    """Have a network on a device inside the block, and where it was afterwards.

    Parameters
    ----------
    network
        The model.
    device
        ``"auto"``, ``"cpu"`` or ``"cuda"`` (see `CaptureSettings`).

    Raises
    ------
    ConfigError
        Where torch sees no such device.
    """
    before = next(network.parameters()).device
    wanted = before.type if device == "auto" else device
    if device == "auto" and before.type == "cpu" and torch.cuda.is_available():
        wanted = "cuda"
    check_device(wanted)
    if wanted == before.type:
        yield
        return
    network.to(wanted)  # type: ignore[arg-type]
    try:
        yield
    finally:
        network.to(before)  # type: ignore[arg-type]


@contextmanager
def in_precision(dtype: str | None, device: torch.device, name: str) -> Iterator[None]:
    """Have a model's matrix products in a number format inside the block.

    Parameters
    ----------
    dtype
        ``"bfloat16"`` or ``"float16"``; None keeps the model's own.
    device
        Where the model is.
    name
        What it is called, for the error.

    Raises
    ------
    ModelError
        Where the model's own code masks with a number that the format has not.
    """
    if dtype is None:
        yield
        return
    try:
        with torch.autocast(device.type, getattr(torch, dtype)):
            yield
    except RuntimeError as error:
        if "without overflow" not in str(error):
            raise
        raise ModelError(
            f"Model {name} cannot be run with attention.mixed_precision={dtype}: its own code "
            "uses numbers that the format does not have; leave attention.mixed_precision null."
        ) from error


class FullPrecisionProbe(SummaryProbe):
    """Sums in full precision while the model around it runs in mixed precision."""

    def begin(self, batch: BatchCarriers) -> None:
        """Start a batch."""
        with self._full():
            super().begin(batch)

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        """Show a layer to the measures."""
        with self._full():
            super().visit(layer, weights.float())

    def end(self) -> None:
        """Finish a batch."""
        with self._full():
            super().end()

    def _full(self) -> torch.autocast:
        return torch.autocast(self._device.type, enabled=False)
