"""From characters to tokens: which token positions carry which feature of a document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.corpora import POOLED, Mentions
from causattn.models.encoding import Encoding


@dataclass(frozen=True)
class CarrierTokens:
    """Token positions that carry a feature, each named once, sorted by document and feature.

    Parameters
    ----------
    document, feature, position
        Parallel int64 arrays of length c: token `position` of `document` (special tokens
        counted, as in `Encoding`) carries `feature`.
    bounds
        int64 [n + 1], document d has the rows ``bounds[d]:bounds[d + 1]``.
    lost
        int64, rows of the mentions that no token carries: they stand in a part of the document
        that was cut off, or cover only white space.
    """

    document: np.ndarray
    feature: np.ndarray
    position: np.ndarray
    bounds: np.ndarray
    lost: np.ndarray

    def __len__(self) -> int:
        return len(self.document)

    def of(self, documents: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the carriers in the given documents, int64 [b], as they stand in a batch.

        Returns
        -------
        row, feature, position
            int64, parallel: column `position` of the batch's row `row` carries `feature`. Sorted
            by row, then feature.
        """
        rows, counts = _ranges(self.bounds[documents], self.bounds[np.asarray(documents) + 1])
        return np.repeat(np.arange(len(documents)), counts), self.feature[rows], self.position[rows]


def carrier_tokens(encoding: Encoding, mentions: Mentions) -> CarrierTokens:
    """Return the tokens that carry each mention.

    A token carries a mention where it covers at least one of its characters, so that all pieces
    of a word carry it. Special tokens carry nothing, but for `POOLED` mentions: these are carried
    by the position from which the model pools (`Encoding.pooled`).

    Parameters
    ----------
    encoding
        The documents' tokens.
    mentions
        Which characters of which document carry which feature (``mentions.document`` counts the
        documents of `encoding`).
    """
    document = mentions.document.astype(np.int64)
    start, end = mentions.start.astype(np.int64), mentions.end.astype(np.int64)
    is_pooled = mentions.start == POOLED
    row, token = _overlaps(encoding, document, start, end, ~is_pooled)
    pooled = np.flatnonzero(is_pooled)
    row = np.concatenate([row, pooled])
    token = np.concatenate(
        [token, encoding.bounds[document[pooled]] + encoding.pooled[document[pooled]]]
    )
    lost = np.setdiff1d(np.arange(len(mentions)), row)
    owner, feature = document[row], mentions.variable[row].astype(np.int64)
    position = token - encoding.bounds[owner]
    # Two mentions of one feature may share a token; it carries the feature once.
    table = np.unique(np.stack([owner, feature, position], axis=1), axis=0)
    owner, feature, position = table.T.copy()
    bounds = np.searchsorted(owner, np.arange(len(encoding) + 1))
    return CarrierTokens(owner, feature, position, bounds, lost)


def _overlaps(
    encoding: Encoding,
    document: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    wanted: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs (mention, flat token) that share a character, for the `wanted` mentions."""
    tokens = np.flatnonzero(~encoding.special & (encoding.start < encoding.end))
    owner = np.repeat(np.arange(len(encoding)), encoding.lengths)[tokens]
    # One number line for all documents: documents apart by more than their longest text.
    apart = 1 + max(
        int(encoding.end.max(initial=0)), int(end.max(initial=0)), int(start.max(initial=0))
    )
    starts = owner * apart + encoding.start[tokens]
    ends = owner * apart + encoding.end[tokens]
    order = np.lexsort((ends, starts))
    tokens, starts, ends = tokens[order], starts[order], ends[order]
    # Ends rise with starts but where a token lies inside another; the running maximum keeps the
    # search exact up to candidates that are filtered below.
    highest = np.maximum.accumulate(ends)
    rows = np.flatnonzero(wanted)
    low = document[rows] * apart + start[rows]
    high = document[rows] * apart + end[rows]
    first = np.searchsorted(highest, low, side="right")
    last = np.searchsorted(starts, high, side="left")
    hits, counts = _ranges(first, np.maximum(first, last))
    mention = np.repeat(np.arange(len(rows)), counts)
    # Across documents the number line has no overlap, so this also keeps documents apart.
    keep = ends[hits] > low[mention]
    return rows[mention[keep]], tokens[hits[keep]]


def _ranges(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the concatenated ranges ``first[k]:last[k]`` and their lengths."""
    counts = last - first
    offset = np.repeat(first - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    return np.arange(int(counts.sum())) + offset, counts
