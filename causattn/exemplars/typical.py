"""Typical documents: the medoids of some documents in the model's representation.

k medoids are the k documents for which the sum, over all documents, of the distance to the nearest
of them is smallest. Found by partitioning around medoids (Kaufman and Rousseeuw 1990, "Finding
Groups in Data", chapter 2): built one by one, then swapped for others as long as that helps; one
medoid is exact, more are a local optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import DataError, Shown
from causattn.exemplars.vectors import document_vectors
from causattn.models import LanguageModel

MOST = 5_000
"""Most documents: their distances are held in memory, a square of numbers."""


@dataclass(frozen=True)
class Typical:
    """The medoids of some documents.

    Parameters
    ----------
    documents
        int64 [k], rows, the one that stands for most documents first.
    count
        int64 [k], how many documents each stands for, itself included.
    distance
        Mean distance of a document to its medoid.
    """

    documents: np.ndarray
    count: np.ndarray
    distance: float


@dataclass(frozen=True, repr=False)
class TypicalTexts(Shown):
    """The texts that stand for all others best, in a model's representation.

    Parameters
    ----------
    texts
        Those texts, the one that stands for most first.
    medoids
        Where they stand among all, and for how many each of them stands.
    """

    texts: tuple[str, ...]
    medoids: Typical

    def summary(self) -> dict[str, Any]:
        """Return among how many they were chosen, and how far others are from them."""
        return {"of": int(self.medoids.count.sum()), "mean distance": self.medoids.distance}

    def to_frame(self) -> pd.DataFrame:
        """Return one row a text: document (its number), stands_for (how many), text."""
        return pd.DataFrame(
            {
                "document": self.medoids.documents,
                "stands_for": self.medoids.count,
                "text": list(self.texts),
            }
        )


def typical_texts(model: LanguageModel, texts: Sequence[str], count: int = 3) -> TypicalTexts:
    """Return the texts that stand for all others best.

    Parameters
    ----------
    model
        Whose last hidden states are the texts' places.
    texts
        At most `MOST`.
    count
        How many; fewer where fewer texts differ.

    Raises
    ------
    DataError
        For no texts, or too many.
    """
    if not 0 < len(texts) <= MOST:
        raise _out_of_bounds(len(texts))
    found = typical_documents(document_vectors(model, texts), count)
    return TypicalTexts(tuple(texts[k] for k in found.documents), found)


def _out_of_bounds(count: int) -> DataError:
    return DataError(
        f"Typical documents were asked for among {count}; give between 1 and {MOST} of them, such "
        "as a sample."
    )


def typical_documents(vectors: np.ndarray, count: int) -> Typical:
    """Return the documents that stand for all others best.

    Parameters
    ----------
    vectors
        float64 [n, width], one a document.
    count
        How many medoids; fewer where fewer documents differ.

    Raises
    ------
    DataError
        For no documents, or too many to hold their distances.
    """
    if not 0 < len(vectors) <= MOST:
        raise _out_of_bounds(len(vectors))
    apart = distances(vectors)
    medoids = _built(apart, count)
    medoids = _swapped(apart, medoids)
    nearest = apart[:, medoids].argmin(axis=1)
    sizes = np.bincount(nearest, minlength=len(medoids))
    chosen = np.array(medoids, dtype=np.int64)
    order = np.lexsort((chosen, -sizes))
    chosen = chosen[order]
    return Typical(chosen, sizes[order], float(apart[:, medoids].min(axis=1).mean()))


def distances(vectors: np.ndarray) -> np.ndarray:
    """Return the Euclidean distances between rows, float64 [n, n]."""
    squares = np.einsum("ij,ij->i", vectors, vectors)
    apart = squares[:, None] + squares[None] - 2 * vectors @ vectors.T
    np.fill_diagonal(apart, 0.0)
    # Rounding must not part equal documents.
    apart[apart < 1e-12 * max(float(squares.max()), 1e-300)] = 0.0
    found: np.ndarray = np.sqrt(apart)
    return found


def _built(apart: np.ndarray, count: int) -> list[int]:
    """Return medoids added one by one, each the one that helps most; none that helps nothing."""
    medoids = [int(apart.sum(axis=0).argmin())]
    left = apart[:, medoids[0]]
    while len(medoids) < count:
        gain = np.maximum(left[:, None] - apart, 0.0).sum(axis=0)
        best = int(gain.argmax())
        if gain[best] <= 0:
            break
        medoids.append(best)
        left = np.minimum(left, apart[:, best])
    return medoids


def _swapped(apart: np.ndarray, medoids: list[int]) -> list[int]:
    """Return medoids after swapping each for the document that helps most, while any does."""
    cost = apart[:, medoids].min(axis=1).sum()
    while True:
        best, change = cost, None
        for place in range(len(medoids)):
            rest = medoids[:place] + medoids[place + 1 :]
            kept = apart[:, rest].min(axis=1) if rest else np.full(len(apart), np.inf)
            costs = np.minimum(kept[:, None], apart).sum(axis=0)
            other = int(costs.argmin())
            if costs[other] < best * (1 - 1e-12):
                best, change = costs[other], (place, other)
        if change is None:
            return medoids
        medoids = [*medoids[: change[0]], change[1], *medoids[change[0] + 1 :]]
        cost = best
