"""Batches to train on: random, each document once a round, little padding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# Documents of like length are batched together within a stretch of this many batches, so that
# little is padded and yet each batch is a fresh draw.
_STRETCH = 32


def shuffled_batches(
    documents: np.ndarray, lengths: np.ndarray, size: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield batches for ever, each document once before any comes again.

    Parameters
    ----------
    documents
        int64, which documents to draw from.
    lengths
        int64 [n], tokens of each document of the encoding (`Encoding.lengths`).
    size
        Documents in a batch; the last of a round can have fewer.
    rng
        Draws the order.
    """
    while True:
        order = rng.permutation(documents)
        pieces = []
        for start in range(0, len(order), size * _STRETCH):
            stretch = order[start : start + size * _STRETCH]
            stretch = stretch[np.argsort(lengths[stretch], kind="stable")]
            pieces += [stretch[k : k + size] for k in range(0, len(stretch), size)]
        for k in rng.permutation(len(pieces)):
            yield pieces[k]


def split_documents(
    count: int, share: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the documents to train on and those held out, at least one of each."""
    order = rng.permutation(count)
    kept = min(max(1, round(share * count)), count - 1)
    return order[kept:], order[:kept]
