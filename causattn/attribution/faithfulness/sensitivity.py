"""Sensitivity: how much an explanation changes where its input hardly does.

Yeh, Hsieh, Suggala, Inouye and Ravikumar (2019), "On the (in)fidelity and sensitivity of
explanations", definition 3.1: the largest change of the scores among inputs within a small
distance. Here the input is the embeddings of the document's tokens; the change is the Euclidean
distance, divided by the length of the scores as in captum's `sensitivity_max`, and the largest is
that of random draws, uniform in a cube around the embeddings. A token that stands twice in a
document is moved the same way both times; special tokens stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from causattn.attribution.explain import explain
from causattn.attribution.targets import Target
from causattn.attribution.tokens import TokenAttribution
from causattn.base import ConfigError, generator
from causattn.models import LanguageModel


def sensitivity(
    model: LanguageModel,
    texts: Sequence[str],
    settings: Mapping[str, Any],
    attributions: Sequence[TokenAttribution] | None = None,
    *,
    target: Target | None = None,
    radius: float = 0.1,
    draws: int = 5,
    seed: int = 0,
) -> np.ndarray:
    """Return the largest relative change of each document's scores, float64 [n].

    Explainers that draw get the same draws each time, so that what differs is the input alone.
    NaN where all scores are 0.

    Parameters
    ----------
    model, texts, settings, target
        As for `causattn.attribution.explain`.
    attributions
        The explanation of the texts as they are, where it is there already (by the same seed).
    radius
        Half the edge of the cube, as a multiple of the root mean square of the embedding's entries.
    draws
        How often the embeddings are moved.
    seed
        The run's seed.

    Raises
    ------
    ConfigError
        For a radius that is not above 0, or less than one draw.
    """
    if radius <= 0 or draws < 1:
        raise ConfigError(f"radius={radius} must be above 0 and draws={draws} at least 1.")
    if attributions is None:
        attributions = explain(model, texts, settings, target=target, seed=seed)
    largest = np.zeros(len(texts))
    length = np.array([np.linalg.norm(each.score) for each in attributions])
    for draw in range(draws):
        moved = movement(model, radius, draw, seed)
        hook = _moved_by(model, moved)
        try:
            others = explain(model, texts, settings, target=target, seed=seed)
        finally:
            hook.remove()
        change = [
            float(np.linalg.norm(other.score - each.score))
            for other, each in zip(others, attributions, strict=True)
        ]
        largest = np.maximum(largest, change)
    return np.divide(largest, length, out=np.full(len(texts), np.nan), where=length > 0)


def movement(model: LanguageModel, radius: float, draw: int, seed: int) -> torch.Tensor:
    """Return by how much each token of the vocabulary is moved in a draw, [vocabulary, d]."""
    weight = model.network.get_input_embeddings().weight
    assert isinstance(weight, torch.Tensor)
    weight = weight.detach()
    size = radius * float(weight.double().square().mean().sqrt())
    rng = generator(seed, "attribution", "sensitivity", draw)
    moved = torch.from_numpy(rng.uniform(-size, size, size=tuple(weight.shape)))
    moved[list(model.tokenizer.all_special_ids)] = 0
    return moved.to(device=weight.device, dtype=weight.dtype)


def _moved_by(model: LanguageModel, moved: torch.Tensor) -> torch.utils.hooks.RemovableHandle:
    """Add the movement to whatever the network's input embedding looks up."""

    def add(module: torch.nn.Module, inputs: Any, output: torch.Tensor) -> torch.Tensor:
        return output + moved[inputs[0]]

    return model.network.get_input_embeddings().register_forward_hook(add)
