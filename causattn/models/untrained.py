"""The untrained control of any model."""

from __future__ import annotations

import copy

import torch

from causattn.base import integer_seed
from causattn.models.model import LanguageModel
from causattn.models.seeded import seeded_torch


def untrained_copy(model: LanguageModel, seed: int) -> LanguageModel:
    """Return a model of the same architecture and tokenizer with fresh random weights.

    A control: what its attention shows comes from architecture and texts, not from learning.

    Parameters
    ----------
    model
        Stays as it is.
    seed
        The run's seed; the weights have a stream of their own.
    """
    weight = next(model.network.parameters())
    with seeded_torch(integer_seed(seed, "models", "untrained")), torch.no_grad():
        fresh = type(model.network)(copy.deepcopy(model.network.config))
    network = fresh.to(device=weight.device, dtype=weight.dtype).eval()  # type: ignore[call-arg]
    about = {"kind": "untrained", "of": model.name, "seed": seed}
    return LanguageModel(
        f"untrained {model.name}", network, model.tokenizer, model.task, model.long_text, about
    )
