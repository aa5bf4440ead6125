"""Sums of a stream: from documents' features to the corpus's, in float64."""

from __future__ import annotations

import numba
import numpy as np
import torch

from causattn.attention._carried import CarriedFeatures
from causattn.attention._summary import AttentionMoments

_SUM, _SQUARES, _MAXIMUM = range(3)


class Accumulator:
    """Adds observations of one measure, document by document.

    Kept as [f, f, 3, layers * heads]: all that is known of a pair of features lies together. A
    document touches a few thousand pairs at random places of what can be gigabytes, so that every
    pair costs one walk through memory and not one for each layer, head and moment.

    Parameters
    ----------
    layers, heads, features
        Sizes of the moments.
    """

    def __init__(self, layers: int, heads: int, features: int) -> None:
        self._shape = (layers, heads)
        self._count = np.zeros((features, features), dtype=np.int64)
        self._sums = np.zeros((features, features, 3, layers * heads))

    def count(
        self, queries: CarriedFeatures, keys: CarriedFeatures, multiplicity: np.ndarray
    ) -> None:
        """Count the documents (each as often as `multiplicity`, int64 [B]) for their pairs."""
        if queries.same_features and keys.same_features:
            where = np.ix_(queries.features[0], keys.features[0])
            self._count[where] += multiplicity.sum()
        else:
            _count(self._count, queries.features, keys.features, multiplicity)

    def add(
        self,
        values: torch.Tensor,
        queries: CarriedFeatures,
        keys: CarriedFeatures,
        multiplicity: np.ndarray,
    ) -> None:
        """Add the observations of a batch.

        Parameters
        ----------
        values
            Float [B, Fq, Fk, layers * heads], from the documents' query features to their key
            features, heads of a layer together.
        queries, keys
            Which features these are.
        multiplicity
            int64 [B], how many documents each of these stands for.
        """
        if not (queries.same_features and keys.same_features):
            found = values.contiguous().cpu().numpy()
            _add(self._sums, found, queries.features, keys.features, multiplicity)
            return
        shape = values.shape[1:]
        flat = values.flatten(1).double()
        weight = torch.from_numpy(multiplicity).to(flat)
        where = np.ix_(queries.features[0], keys.features[0])
        before = self._sums[where]
        before[:, :, _SUM] += (weight @ flat).view(shape).cpu().numpy()
        before[:, :, _SQUARES] += (weight @ flat.square()).view(shape).cpu().numpy()
        most = flat.amax(0).view(shape).cpu().numpy()
        before[:, :, _MAXIMUM] = np.maximum(before[:, :, _MAXIMUM], most)
        self._sums[where] = before

    def moments(self) -> AttentionMoments:
        """Return what has been added up."""
        sums = np.moveaxis(self._sums, (2, 3), (0, 1))
        parts = (sums[k].reshape(*self._shape, *self._count.shape) for k in range(3))
        return AttentionMoments(self._count, *parts)


@numba.njit(cache=True, nogil=True)
def _count(
    count: np.ndarray, queries: np.ndarray, keys: np.ndarray, multiplicity: np.ndarray
) -> None:
    """Add to int64 [f, f] the pairs of each document's features (-1 is none)."""
    for b in range(queries.shape[0]):
        for i in range(queries.shape[1]):
            if queries[b, i] < 0:
                continue
            for j in range(keys.shape[1]):
                if keys[b, j] >= 0:
                    count[queries[b, i], keys[b, j]] += multiplicity[b]


@numba.njit(cache=True, nogil=True, fastmath={"nnan", "nsz", "contract"})
def _add(
    sums: np.ndarray,
    values: np.ndarray,
    queries: np.ndarray,
    keys: np.ndarray,
    multiplicity: np.ndarray,
) -> None:
    """Add [B, Fq, Fk, C] to float64 [f, f, 3, C], three moments at once (-1 is no feature)."""
    channels = values.shape[3]
    for b in range(values.shape[0]):
        times = np.float64(multiplicity[b])
        for i in range(values.shape[1]):
            if queries[b, i] < 0:
                continue
            for j in range(values.shape[2]):
                if keys[b, j] < 0:
                    continue
                found = values[b, i, j]
                total, squares, most = sums[queries[b, i], keys[b, j]]
                # One loop each: a loop over all three is not made into vector instructions.
                for c in range(channels):
                    total[c] += times * found[c]
                for c in range(channels):
                    squares[c] += times * (np.float64(found[c]) * np.float64(found[c]))
                for c in range(channels):
                    most[c] = max(most[c], np.float64(found[c]))
