"""Documents changed as tokens, and the probabilities a masked language model gives there.

A position takes another id or drops out; documents are picked and put together.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from causattn.models import Encoding, LanguageModel, predict_tokens

MOST_LOGITS = 20_000_000
"""Most logits of a batch held at once (80 MB)."""


def with_ids(encoding: Encoding, rows: np.ndarray, ids: np.ndarray | int) -> Encoding:
    """Return the documents with other ids at the flat token rows, int64 [k]."""
    changed = encoding.ids.copy()
    changed[rows] = ids
    return replace(encoding, ids=changed)


def without(encoding: Encoding, rows: np.ndarray) -> Encoding:
    """Return the documents without the tokens at the flat rows, int64 [k]."""
    kept = np.ones(len(encoding.ids), dtype=bool)
    kept[rows] = False
    gone_before = np.concatenate([[0], np.cumsum(~kept)])
    bounds = encoding.bounds - gone_before[encoding.bounds]
    pooled = encoding.bounds[:-1] + encoding.pooled
    # A pooled position that is the last token moves to the last one that is left.
    pooled = pooled - gone_before[pooled] - encoding.bounds[:-1] + gone_before[encoding.bounds[:-1]]
    return replace(
        encoding,
        ids=encoding.ids[kept],
        bounds=bounds,
        start=encoding.start[kept],
        end=encoding.end[kept],
        special=encoding.special[kept],
        pooled=np.minimum(pooled, np.diff(bounds) - 1),
    )


def stacked(encodings: list[Encoding]) -> Encoding:
    """Return the documents of several encodings one after the other."""
    first = encodings[0]
    sizes = np.cumsum([0, *(len(one.ids) for one in encodings)])
    return Encoding(
        ids=np.concatenate([one.ids for one in encodings]),
        bounds=np.concatenate(
            [[0], *(one.bounds[1:] + size for one, size in zip(encodings, sizes, strict=False))]
        ),
        start=np.concatenate([one.start for one in encodings]),
        end=np.concatenate([one.end for one in encodings]),
        special=np.concatenate([one.special for one in encodings]),
        pooled=np.concatenate([one.pooled for one in encodings]),
        pad_id=first.pad_id,
        truncated=np.empty(0, dtype=np.int64),
    )


def only(encoding: Encoding, documents: np.ndarray) -> Encoding:
    """Return some documents, ascending int64 [k], as an encoding of their own."""
    kept = np.repeat(np.isin(np.arange(len(encoding)), documents), encoding.lengths)
    return replace(
        encoding,
        ids=encoding.ids[kept],
        bounds=np.concatenate([[0], np.cumsum(encoding.lengths[documents])]),
        start=encoding.start[kept],
        end=encoding.end[kept],
        special=encoding.special[kept],
        pooled=encoding.pooled[documents],
        truncated=np.empty(0, dtype=np.int64),
    )


def masked_probabilities(
    model: LanguageModel,
    encoding: Encoding,
    positions: np.ndarray,
    wanted: np.ndarray,
    batch_size: int,
) -> np.ndarray:
    """Return the probability of tokens at one position of each document.

    Parameters
    ----------
    model
        A masked language model.
    encoding
        n documents.
    positions
        int64 [n], the position to read in each.
    wanted
        int64 [k] or [n, k], token ids, the same for all documents or of each.
    batch_size
        Most documents at once; fewer where their logits would fill the memory.

    Returns
    -------
    probabilities
        float64 [n, k], over the whole vocabulary (a row sums to at most 1).
    """
    logits = int(model.network.config.vocab_size) * int(encoding.lengths.max())
    batch_size = max(1, min(batch_size, MOST_LOGITS // logits))
    return np.exp(predict_tokens(model, encoding, positions, wanted, batch_size))
