"""The sum of shards: added in their order, so that it is the same whoever ran which shard.

Sums are float64. A shard's own lie on disk as any summary does, kept for the pairs of features
that it holds: a few thousand documents hold few of the pairs of a large vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from causattn.attention.measures.moments import AttentionMoments, AttentionSummary
from causattn.attention.measures.sparse import SparseMoments
from causattn.base import ConfigError

COUNTED = (
    "sequences",
    "mentions_without_token",
    "documents_truncated",
    "sink_rows",
    "sink_sum",
)
"""Entries of a summary's `about` that add up over shards."""


def by_pairs(summary: AttentionSummary) -> AttentionSummary:
    """Return a shard's summary with only the pairs that occur."""
    measures = {name: SparseMoments.of(each) for name, each in summary.measures.items()}
    return replace(summary, measures=measures)


class Totals:
    """Adds up shards.

    Parameters
    ----------
    names
        The features.
    query
        The query mode.
    memory_gb
        Most memory for the sums where they are kept by pairs, in 10^9 bytes.
    """

    def __init__(self, names: tuple[str, ...], query: str, memory_gb: float) -> None:
        self._names, self._query, self._memory_gb = names, query, memory_gb
        self._documents = 0
        self._about: dict[str, Any] = {}
        self._measures: dict[str, AttentionMoments] = {}

    def add(self, shard: AttentionSummary) -> None:
        """Add a shard; the order of the calls is the order of the sums.

        Full matrices of the first shard become the total's own, and others are added to them in
        place, so that no further copy is made.

        Raises
        ------
        ConfigError
            Where sums kept by pairs outgrow the memory allowed.
        """
        self._documents += shard.documents
        if "layers" not in self._about:
            counted = {name: self._about.get(name, 0) for name in COUNTED}
            self._about = {**shard.about, **counted}
        for name in COUNTED:
            self._about[name] += shard.about.get(name, 0)
        if shard.about.get("sums") == "sparse":
            self._add_pairs(shard.measures)
            return
        for name, found in shard.measures.items():
            if name in self._measures:
                _add(self._measures[name], found)
            elif isinstance(found, SparseMoments):
                layers, heads = found.sums.shape[1:]
                self._measures[name] = AttentionMoments.zero(layers, heads, len(self._names))
                _add(self._measures[name], found)
            else:
                self._measures[name] = found

    def _add_pairs(self, measures: Mapping[str, AttentionMoments]) -> None:
        """Add a shard whose sums are kept by pairs, and keep them so."""
        for name, found in measures.items():
            before = self._measures.get(name)
            mine = SparseMoments.of(found) if before is None else before.merge(found)
            assert isinstance(mine, SparseMoments)
            self._measures[name] = mine.within(self._memory_gb)
        kept = [each for each in self._measures.values() if isinstance(each, SparseMoments)]
        numbers = sum(part.sums.size * 3 + len(part.pair) for part in kept)
        if numbers * 8 / 1e9 > self._memory_gb:
            raise ConfigError(
                f"The sums of the pairs that occur take {numbers * 8 / 1e9:.1f} GB after "
                f"{self._documents} documents, more than attention.memory_gb={self._memory_gb:g}; "
                "use fewer features, name attention.layers and attention.heads, drop raw from "
                "attention.measures, or allow more."
            )

    def summary(self) -> AttentionSummary:
        """Return the sum of all shards; without measures where none held anything."""
        about = dict(self._about)
        rows, paid = about.pop("sink_rows", 0), about.pop("sink_sum", 0.0)
        if rows:
            about["sink_attention"] = paid / rows
        return AttentionSummary(self._names, self._measures, self._documents, self._query, about)


def _add(total: AttentionMoments, found: AttentionMoments) -> None:
    """Add a shard's moments to full matrices, in place."""
    if not isinstance(found, SparseMoments):
        np.add(total.count, found.count, out=total.count)
        np.add(total.sum, found.sum, out=total.sum)
        np.add(total.sum_of_squares, found.sum_of_squares, out=total.sum_of_squares)
        np.maximum(total.maximum, found.maximum, out=total.maximum)
        return
    # A pair stands once in a shard, so that plain indexing adds every one of them.
    row, column = np.divmod(found.pair, found.features)
    total.count[row, column] += found.counts
    for mine, theirs in (
        (total.sum, found.sums),
        (total.sum_of_squares, found.squares),
    ):
        mine[:, :, row, column] += np.moveaxis(theirs, 0, 2)
    most = np.moveaxis(found.maxima, 0, 2)
    total.maximum[:, :, row, column] = np.maximum(total.maximum[:, :, row, column], most)
