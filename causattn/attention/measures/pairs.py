"""Which pairs of features a corpus holds, counted before the run, so that memory is known."""

from __future__ import annotations

import numpy as np

from causattn.base import njit

_CHUNK = 4_000_000
_MARKS = 2**25
"""Most pairs that are marked one by one, a byte each; of more, those that occur are listed."""


def occurring_pairs(document: np.ndarray, feature: np.ndarray, features: int) -> np.ndarray:
    """Return the ordered pairs of features that some document carries, int64 [p], ascending.

    Parameters
    ----------
    document, feature
        int [k], the documents, ascending, and the features that they carry, as often as they do.
    features
        f; a pair is ``row * f + column``.
    """
    if not len(document):
        return np.empty(0, dtype=np.int64)
    new = np.ones(len(document), dtype=bool)
    new[1:] = (document[1:] != document[:-1]) | (feature[1:] != feature[:-1])
    document, feature = document[new], feature[new].astype(np.int64)
    first_of = np.flatnonzero(np.diff(document, prepend=document[0] - 1))
    bounds = np.append(first_of, len(document))
    if features**2 <= _MARKS:
        marks = np.zeros(features**2, dtype=np.bool_)
        _mark(marks, feature, bounds, features)
        return np.flatnonzero(marks)
    ends = np.cumsum(np.diff(bounds) ** 2)
    found = np.empty(0, dtype=np.int64)
    first = 0
    while first < len(ends):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + _CHUNK, side="right")))
        pairs = _pairs_of(feature, bounds[first : last + 1], features, ends[last - 1] - before)
        found = np.union1d(found, pairs)
        first = last
    return found


@njit(cache=True, nogil=True)
def _mark(marks: np.ndarray, feature: np.ndarray, bounds: np.ndarray, features: int) -> None:
    """Mark in bool [features ** 2] the pairs of documents with ``feature[bounds[d]:...]``."""
    for d in range(len(bounds) - 1):
        for i in feature[bounds[d] : bounds[d + 1]]:
            for j in feature[bounds[d] : bounds[d + 1]]:
                marks[i * features + j] = True


@njit(cache=True, nogil=True)
def _pairs_of(feature: np.ndarray, bounds: np.ndarray, features: int, count: int) -> np.ndarray:
    """Return the pairs of documents with features ``feature[bounds[d]:bounds[d + 1]]``."""
    pairs = np.empty(count, dtype=np.int64)
    n = 0
    for d in range(len(bounds) - 1):
        for i in feature[bounds[d] : bounds[d + 1]]:
            for j in feature[bounds[d] : bounds[d + 1]]:
                pairs[n] = i * features + j
                n += 1
    return pairs
