"""Sums of a stream: from documents' features to the corpus's, in float64."""

from __future__ import annotations

import numpy as np
import torch

from causattn.attention.measures.carried import CarriedFeatures
from causattn.attention.measures.moments import AttentionMoments
from causattn.attention.measures.sparse import SparseMoments
from causattn.base import njit

_SUM, _SQUARES, _MAXIMUM = range(3)


class Accumulator:
    """Adds observations of one measure, document by document.

    Kept as [pairs, 3, layers * heads]: all that is known of a pair of features lies together. A
    document touches a few thousand pairs at random places of what can be gigabytes, so that every
    pair costs one walk through memory and not one for each layer, head and moment.

    Parameters
    ----------
    layers, heads, features
        Sizes of the moments.
    pairs
        int64 [p], ascending, the pairs (``row * features + column``) that can occur; sums are kept
        for these alone. None keeps all.
    limit_gb
        With `pairs`: most memory of a full matrix, see `SparseMoments`.
    """

    def __init__(
        self,
        layers: int,
        heads: int,
        features: int,
        pairs: np.ndarray | None = None,
        limit_gb: float = 4.0,
    ) -> None:
        self._limit_gb = limit_gb
        self._shape = (layers, heads)
        self._features = features
        self._pairs = pairs
        size = features**2 if pairs is None else len(pairs)
        self._count = np.zeros(size, dtype=np.int64)
        self._sums = np.zeros((size, 3, layers * heads))

    def count(
        self, queries: CarriedFeatures, keys: CarriedFeatures, multiplicity: np.ndarray
    ) -> None:
        """Count the documents (each as often as `multiplicity`, int64 [B]) for their pairs."""
        if queries.same_features and keys.same_features:
            self._count[self._places(queries.features[:1], keys.features[:1])] += multiplicity.sum()
        else:
            _count(self._count, self._places(queries.features, keys.features), multiplicity)

    def add(
        self,
        values: torch.Tensor,
        queries: CarriedFeatures,
        keys: CarriedFeatures,
        multiplicity: np.ndarray,
        first: int = 0,
    ) -> None:
        """Add the observations of a batch.

        Parameters
        ----------
        values
            Float [B, Fq, Fk, c], from the documents' query features to their key features: c of
            the ``layers * heads`` columns, heads of a layer together.
        queries, keys
            Which features these are.
        multiplicity
            int64 [B], how many documents each of these stands for.
        first
            Which column is the first of these.
        """
        if not (queries.same_features and keys.same_features):
            found = values.contiguous().cpu().numpy()
            places = self._places(queries.features, keys.features)
            _add(self._sums, found, places, multiplicity, first)
            return
        shape = values.shape[1:]
        # In double precision on the processor: not every accelerator has it.
        flat = values.flatten(1).cpu().double()
        weight = torch.from_numpy(multiplicity).to(flat)
        where = self._places(queries.features[:1], keys.features[:1])[0]
        before = self._sums[where][..., first : first + shape[-1]]
        before[:, :, _SUM] += (weight @ flat).view(shape).numpy()
        before[:, :, _SQUARES] += (weight @ flat.square()).view(shape).numpy()
        most = flat.amax(0).view(shape).numpy()
        before[:, :, _MAXIMUM] = np.maximum(before[:, :, _MAXIMUM], most)
        self._sums[where, :, first : first + shape[-1]] = before

    def moments(self) -> AttentionMoments:
        """Return what has been added up."""
        if self._pairs is None:
            full = (self._features, self._features)
            sums = np.moveaxis(self._sums, 0, 2)
            parts = (sums[k].reshape(*self._shape, *full) for k in range(3))
            return AttentionMoments(self._count.reshape(full), *parts)
        seen = slice(None) if self._count.all() else np.flatnonzero(self._count)
        kept = self._sums[seen].reshape(-1, 3, *self._shape)
        return SparseMoments(
            self._features,
            self._pairs[seen],
            self._count[seen],
            kept[:, _SUM],
            kept[:, _SQUARES],
            kept[:, _MAXIMUM],
            self._limit_gb,
        )

    def _places(self, queries: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Return where each document's pairs are kept, int64 [B, Fq, Fk]; -1 is no pair."""
        pair = queries[:, :, None] * self._features + keys[:, None, :]
        missing = (queries < 0)[:, :, None] | (keys < 0)[:, None, :]
        if self._pairs is not None:
            pair = np.searchsorted(self._pairs, np.where(missing, self._pairs[0], pair))
        return np.where(missing, -1, pair)


@njit(cache=True, nogil=True)
def _count(count: np.ndarray, places: np.ndarray, multiplicity: np.ndarray) -> None:
    """Add to int64 [p] the pairs of each document."""
    for b in range(places.shape[0]):
        for i in range(places.shape[1]):
            for j in range(places.shape[2]):
                if places[b, i, j] >= 0:
                    count[places[b, i, j]] += multiplicity[b]


@njit(cache=True, nogil=True, fastmath={"nnan", "nsz", "contract"})
def _add(
    sums: np.ndarray, values: np.ndarray, places: np.ndarray, multiplicity: np.ndarray, first: int
) -> None:
    """Add [B, Fq, Fk, c] to float64 [p, 3, C] from column `first` on, three moments at once."""
    channels = values.shape[3]
    for b in range(values.shape[0]):
        times = np.float64(multiplicity[b])
        for i in range(values.shape[1]):
            for j in range(values.shape[2]):
                if places[b, i, j] < 0:
                    continue
                found = values[b, i, j]
                total, squares, most = sums[places[b, i, j], :, first : first + channels]
                # One loop each: a loop over all three is not made into vector instructions.
                for c in range(channels):
                    total[c] += times * found[c]
                for c in range(channels):
                    squares[c] += times * (np.float64(found[c]) * np.float64(found[c]))
                for c in range(channels):
                    most[c] = max(most[c], np.float64(found[c]))
