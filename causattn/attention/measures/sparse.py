"""`SparseMoments`: moments kept for the pairs of features that occur together, and no others.

Of the pairs of a large vocabulary a corpus holds few: 50,000 words make 2.5 x 10^9 pairs, and a
document of 100 words holds 10^4 of them. What is not listed was never observed, which is the same
as a count of 0 in `AttentionMoments`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from causattn.attention.measures.moments import AttentionMoments
from causattn.base import DataError


class SparseMoments(AttentionMoments):
    """Moments by pair; it does what `AttentionMoments` does, and makes full matrices when asked.

    Parameters
    ----------
    features
        f, number of features.
    pair
        int64 [p], ascending: ``row * f + column``, attention paid from row to column.
    counts
        int64 [p], documents in which both features have tokens.
    sums, squares, maxima
        float64 [p, layers, heads].
    limit_gb
        Most memory one full matrix of moments may take, in 10^9 bytes.

    Raises
    ------
    DataError
        From `count`, `sum`, `sum_of_squares`, `maximum`, `mean` and `standard_error`, where the
        full matrix is larger than `limit_gb`; `subset` takes some features out of it.
    """

    def __init__(
        self,
        features: int,
        pair: np.ndarray,
        counts: np.ndarray,
        sums: np.ndarray,
        squares: np.ndarray,
        maxima: np.ndarray,
        limit_gb: float = 4.0,
    ) -> None:
        for name, value in (
            ("features", features),
            ("pair", pair),
            ("counts", counts),
            ("sums", sums),
            ("squares", squares),
            ("maxima", maxima),
            ("limit_gb", limit_gb),
        ):
            object.__setattr__(self, name, value)

    features: int
    pair: np.ndarray
    counts: np.ndarray
    sums: np.ndarray
    squares: np.ndarray
    maxima: np.ndarray
    limit_gb: float

    @classmethod
    def of(cls, moments: AttentionMoments, limit_gb: float = 4.0) -> SparseMoments:
        """Return the moments of the pairs that occur."""
        if isinstance(moments, SparseMoments):
            return moments
        features = len(moments.count)
        pair = np.flatnonzero(moments.count)
        row, column = np.divmod(pair, features)
        sums, squares, maxima = (
            np.ascontiguousarray(np.moveaxis(part, (2, 3), (0, 1))[row, column])
            for part in (moments.sum, moments.sum_of_squares, moments.maximum)
        )
        counts = moments.count[row, column]
        return cls(features, pair, counts, sums, squares, maxima, limit_gb)

    def merge(self, other: AttentionMoments) -> SparseMoments:
        """Return the moments of both sets of documents together."""
        other = SparseMoments.of(other)
        if (self.features, self.sums.shape[1:]) != (other.features, other.sums.shape[1:]):
            raise DataError(
                f"Attention of {self.features} features and shape {self.sums.shape[1:]} cannot be "
                f"merged with {other.features} and {other.sums.shape[1:]}; summarise both with "
                "the same model and features."
            )
        pair = np.union1d(self.pair, other.pair)
        counts = np.zeros(len(pair), dtype=np.int64)
        sums, squares, maxima = (np.zeros((len(pair), *self.sums.shape[1:])) for _ in range(3))
        for part in (self, other):
            place = np.searchsorted(pair, part.pair)
            counts[place] += part.counts
            sums[place] += part.sums
            squares[place] += part.squares
            maxima[place] = np.maximum(maxima[place], part.maxima)
        return SparseMoments(self.features, pair, counts, sums, squares, maxima, self.limit_gb)

    def within(self, limit_gb: float) -> SparseMoments:
        """Return the same moments with another limit to full matrices."""
        parts = (self.pair, self.counts, self.sums, self.squares, self.maxima)
        return SparseMoments(self.features, *parts, limit_gb)

    def seen(self) -> np.ndarray:
        """Return which features occur in any pair, bool [f]."""
        seen = np.zeros(self.features, dtype=bool)
        seen[self.pair // self.features] = True
        seen[self.pair % self.features] = True
        return seen

    def subset(self, features: Sequence[int] | np.ndarray) -> AttentionMoments:
        """Return the full moments of some features, in the order given."""
        chosen = np.asarray(features, dtype=np.int64)
        wanted = (chosen[:, None] * self.features + chosen[None, :]).ravel()
        place = np.searchsorted(self.pair, wanted)
        inside = np.flatnonzero(place < len(self.pair))
        inside = inside[self.pair[place[inside]] == wanted[inside]]
        size = len(chosen)
        counts = np.zeros(size * size, dtype=np.int64)
        counts[inside] = self.counts[place[inside]]
        parts = []
        for kept in (self.sums, self.squares, self.maxima):
            full = np.zeros((*kept.shape[1:], size * size))
            full[:, :, inside] = np.moveaxis(kept[place[inside]], 0, 2)
            parts.append(full.reshape(*kept.shape[1:], size, size))
        return AttentionMoments(counts.reshape(size, size), *parts)

    @property
    def count(self) -> np.ndarray:
        """The full matrix, int64 [f, f]."""
        return self._full(self.counts[:, None, None])[0, 0]

    @property
    def sum(self) -> np.ndarray:
        """The full matrices, float64 [layers, heads, f, f]."""
        return self._full(self.sums)

    @property
    def sum_of_squares(self) -> np.ndarray:
        """The full matrices, float64 [layers, heads, f, f]."""
        return self._full(self.squares)

    @property
    def maximum(self) -> np.ndarray:
        """The full matrices, float64 [layers, heads, f, f]."""
        return self._full(self.maxima)

    def _full(self, values: np.ndarray) -> np.ndarray:
        """Return [p, layers, heads] as [layers, heads, f, f]."""
        shape = (*values.shape[1:], self.features, self.features)
        needed = np.prod(shape, dtype=float) * 8 / 1e9
        if needed > self.limit_gb:
            raise DataError(
                f"A full matrix of attention between {self.features} features takes {needed:.1f} "
                f"GB, more than attention.memory_gb={self.limit_gb:g}; take some of the features "
                "(AttentionSummary.subset, or features.words), or allow more."
            )
        full = np.zeros((*values.shape[1:], self.features**2), dtype=values.dtype)
        full[:, :, self.pair] = np.moveaxis(values, 0, 2)
        return full.reshape(shape)
