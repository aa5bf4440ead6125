"""Sums of a stream: from documents' features to the corpus's, in float64."""

from __future__ import annotations

import numba
import numpy as np
import torch

from causattn.attention._carried import CarriedFeatures
from causattn.attention._summary import AttentionMoments


class Accumulator:
    """Adds observations of one measure, document by document.

    Parameters
    ----------
    layers, heads, features
        Sizes of the moments.
    """

    def __init__(self, layers: int, heads: int, features: int) -> None:
        self._moments = AttentionMoments.zero(layers, heads, features)

    def count(
        self, queries: CarriedFeatures, keys: CarriedFeatures, multiplicity: np.ndarray
    ) -> None:
        """Count the documents (each as often as `multiplicity`, int64 [B]) for their pairs."""
        count = self._moments.count
        if queries.same_features and keys.same_features:
            count[np.ix_(queries.features[0], keys.features[0])] += multiplicity.sum()
            return
        _count(count, queries.features, keys.features, multiplicity)

    def add(
        self,
        layer: int,
        values: torch.Tensor,
        queries: CarriedFeatures,
        keys: CarriedFeatures,
        multiplicity: np.ndarray,
    ) -> None:
        """Add one layer's observations.

        Parameters
        ----------
        layer
            Which layer of the moments.
        values
            float32 [B, H, Fq, Fk], from the documents' query features to their key features.
        queries, keys
            Which features these are.
        multiplicity
            int64 [B], how many documents each of these stands for.
        """
        moments = self._moments
        sums, squares = moments.sum[layer], moments.sum_of_squares[layer]
        maximum = moments.maximum[layer]
        if queries.same_features and keys.same_features:
            values = values.double()
            weight = torch.from_numpy(multiplicity).to(values)
            where = (slice(None), *np.ix_(queries.features[0], keys.features[0]))
            shape = values.shape[1:]
            flat = values.flatten(1)
            sums[where] += (weight @ flat).view(shape).cpu().numpy()
            squares[where] += (weight @ flat.square()).view(shape).cpu().numpy()
            top = flat.amax(0).view(shape).cpu().numpy()
            maximum[where] = np.maximum(maximum[where], top)
            return
        _add(
            sums,
            squares,
            maximum,
            values.contiguous().cpu().numpy(),
            queries.features,
            keys.features,
            multiplicity,
        )

    def moments(self) -> AttentionMoments:
        """Return what has been added up."""
        return self._moments


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


@numba.njit(cache=True, nogil=True)
def _add(
    sums: np.ndarray,
    squares: np.ndarray,
    maximum: np.ndarray,
    values: np.ndarray,
    queries: np.ndarray,
    keys: np.ndarray,
    multiplicity: np.ndarray,
) -> None:
    """Add float32 [B, H, Fq, Fk] to float64 [H, f, f], three moments at once."""
    for b in range(values.shape[0]):
        for h in range(values.shape[1]):
            for i in range(values.shape[2]):
                query = queries[b, i]
                if query < 0:
                    continue
                for j in range(values.shape[3]):
                    key = keys[b, j]
                    if key < 0:
                        continue
                    value = np.float64(values[b, h, i, j])
                    sums[h, query, key] += multiplicity[b] * value
                    squares[h, query, key] += multiplicity[b] * value * value
                    if value > maximum[h, query, key]:
                        maximum[h, query, key] = value
