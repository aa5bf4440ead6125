"""A document's text in pieces, each with the features that its characters carry."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from causattn.corpora import POOLED
from causattn.features import FeatureTable

Piece = tuple[str, list[int]]
"""Some characters of a document, and the features (columns of the table) that they carry."""


def carried_by(text: str, table: FeatureTable, row: int) -> list[Piece]:
    """Return the pieces of a row's document in order; joined they are the text.

    Parameters
    ----------
    text
        The document.
    table
        Its features and their carriers.
    row
        Which row of the table it is.
    """
    mentions = table.carriers
    first, last = np.searchsorted(mentions.document, [row, row + 1])
    spans = [
        (int(start), int(end), int(feature))
        for start, end, feature in zip(
            mentions.start[first:last],
            mentions.end[first:last],
            mentions.variable[first:last],
            strict=True,
        )
        if start != POOLED and start < end
    ]
    cuts = sorted({0, len(text), *(cut for start, end, _ in spans for cut in (start, end))})
    return [
        (
            text[start:end],
            sorted({feature for low, high, feature in spans if low <= start and end <= high}),
        )
        for start, end in pairwise(cuts)
    ]
