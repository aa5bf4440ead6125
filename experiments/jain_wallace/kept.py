"""What is slow to find of a trained network, kept beside it: an interrupted run goes on from there.

Both artefacts are one ``npz`` file of plain arrays.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from causattn.base import generator
from causattn.results import Artefact, Store

from .importance import Importance, importance
from .perturbation import (
    Adversaries,
    adversarial_attention,
    permutation_change,
)
from .sentences import Sentences
from .settings import Settings
from .training import Trained

_SCHEMA = 1
_FILE = "arrays.npz"


def kept_importance(network: Artefact[Trained], held_out: Sentences, store: Store) -> Importance:
    """Return `importance` of the held-out sentences that the network's key speaks of."""

    def read(folder: Path) -> Importance:
        arrays = _read(folder)
        return Importance(**{**arrays, "bias": float(arrays["bias"])})

    return store.fetch(
        "jain_wallace_words",
        {"network": network.key},
        _SCHEMA,
        lambda: importance(network.value, held_out),
        _write,
        read,
    ).value


def kept_other_attention(
    key: str, words: Importance, settings: Settings, seed: int, store: Store
) -> tuple[np.ndarray, Adversaries]:
    """Return the median change by permutation [n], and adversarial attention.

    Parameters
    ----------
    key
        Of the network.
    words
        What it makes of the held-out sentences.
    settings
        Permutations and the search.
    seed
        The run's seed.
    store
        Where it is kept.
    """
    parts = {
        "network": key,
        "permutations": settings.permutations,
        "adversaries": settings.adversaries,
        "steps": settings.steps,
        "aim": settings.aim,
        "seed": seed,
    }

    def make() -> dict[str, np.ndarray]:
        found = adversarial_attention(
            words,
            count=settings.adversaries,
            epsilon=settings.aim,
            steps=settings.steps,
            rng=generator(seed, "jain_wallace", "adversary", key),
        )
        rng = generator(seed, "jain_wallace", "permutation", key)
        permuted = permutation_change(words, settings.permutations, rng)
        return {"permuted": permuted, **_arrays(found)}

    arrays = store.fetch(
        "jain_wallace_attention",
        parts,
        _SCHEMA,
        make,
        lambda value, folder: np.savez(folder / _FILE, allow_pickle=False, **value),
        _read,
    ).value
    permuted = arrays.pop("permuted")
    return permuted, Adversaries(**arrays)


def _arrays(value: Any) -> dict[str, Any]:
    """Return a dataclass's fields by name."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _write(value: Importance, folder: Path) -> None:
    np.savez(folder / _FILE, allow_pickle=False, **_arrays(value))


def _read(folder: Path) -> dict[str, Any]:
    with np.load(folder / _FILE, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
