"""The sums of one shard, kept for the pairs of features that it holds; merged in order of shards.

A few thousand documents hold few of the pairs of a large vocabulary, so that what goes to disk or
over a network is a fraction of the sums of the whole corpus. Sums are float64 and are added shard
by shard in a fixed order: the total is the same to the last bit whoever ran which shard, and
whether the run was interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from causattn.attention.measures.moments import AttentionMoments, AttentionSummary
from causattn.attention.measures.sparse import SparseMoments
from causattn.base import (
    ConfigError,
    ModelError,
    check_artefact,
    new_artefact,
    read_json,
    write_json,
)

KIND, SCHEMA = "attention_shard", 1
COUNTED = ("sequences", "mentions_without_token", "documents_truncated")
"""Entries of a summary's `about` that add up over shards."""


@dataclass(frozen=True)
class PairMoments:
    """Moments of one measure for the pairs that occur.

    Parameters
    ----------
    pair
        int64 [p], ``row * f + column``, ascending.
    count
        int64 [p].
    sum, sum_of_squares, maximum
        float64 [p, layers, heads].
    """

    pair: np.ndarray
    count: np.ndarray
    sum: np.ndarray
    sum_of_squares: np.ndarray
    maximum: np.ndarray


PARTS = ("pair", "count", "sum", "sum_of_squares", "maximum")


@dataclass(frozen=True)
class ShardSums:
    """Sums of one shard.

    Parameters
    ----------
    documents
        How many it has.
    measures
        Moments by measure; none for a shard in which nothing could be summed.
    about
        As in `AttentionSummary`.
    """

    documents: int
    measures: Mapping[str, PairMoments]
    about: Mapping[str, Any]

    @classmethod
    def of(cls, summary: AttentionSummary) -> ShardSums:
        """Return a shard's summary with only the pairs that occur."""
        measures = {}
        for name, moments in summary.measures.items():
            found = SparseMoments.of(moments)
            measures[name] = PairMoments(
                found.pair, found.counts, found.sums, found.squares, found.maxima
            )
        return cls(summary.documents, measures, summary.about)


@dataclass(frozen=True)
class _AllPairs:
    """Moments of one measure for all pairs of f features, in the order ``row * f + column``.

    Parameters
    ----------
    count
        int64 [f * f].
    sum, sum_of_squares, maximum
        float64 [f * f, layers, heads].
    """

    count: np.ndarray
    sum: np.ndarray
    sum_of_squares: np.ndarray
    maximum: np.ndarray


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
        self._sparse: dict[str, SparseMoments] = {}
        self._documents = 0
        self._about: dict[str, Any] = {}
        self._measures: dict[str, _AllPairs] = {}

    def add(self, sums: ShardSums) -> None:
        """Add a shard; the order of the calls is the order of the sums.

        Raises
        ------
        ConfigError
            Where sums kept by pairs outgrow the memory allowed.
        """
        size = len(self._names)
        self._documents += sums.documents
        if not self._about or "layers" not in self._about:
            counted = {name: self._about.get(name, 0) for name in COUNTED}
            self._about = {**sums.about, **counted}
        for name in COUNTED:
            self._about[name] += sums.about.get(name, 0)
        if sums.about.get("sums") == "sparse":
            self._add_pairs(sums.measures)
            return
        for name, found in sums.measures.items():
            if name not in self._measures:
                shape = (size * size, *found.sum.shape[1:])
                self._measures[name] = _AllPairs(
                    np.zeros(size * size, dtype=np.int64), *(np.zeros(shape) for _ in range(3))
                )
            total = self._measures[name]
            # A pair stands once in a shard, so that plain indexing adds every one of them.
            total.count[found.pair] += found.count
            total.sum[found.pair] += found.sum
            total.sum_of_squares[found.pair] += found.sum_of_squares
            total.maximum[found.pair] = np.maximum(total.maximum[found.pair], found.maximum)

    def _add_pairs(self, measures: Mapping[str, PairMoments]) -> None:
        """Add a shard whose sums are kept by pairs, and keep them so."""
        for name, found in measures.items():
            shard = SparseMoments(
                len(self._names),
                found.pair,
                found.count,
                found.sum,
                found.sum_of_squares,
                found.maximum,
                self._memory_gb,
            )
            before = self._sparse.get(name)
            self._sparse[name] = shard if before is None else before.merge(shard)
        numbers = sum(part.sums.size * 3 + len(part.pair) for part in self._sparse.values())
        if numbers * 8 / 1e9 > self._memory_gb:
            raise ConfigError(
                f"The sums of the pairs that occur take {numbers * 8 / 1e9:.1f} GB after "
                f"{self._documents} documents, more than attention.memory_gb={self._memory_gb:g}; "
                "use fewer features, name attention.layers and attention.heads, drop raw from "
                "attention.measures, or allow more."
            )

    def summary(self) -> AttentionSummary:
        """Return the sum of all shards.

        Raises
        ------
        ModelError
            Where no shard held anything.
        """
        if self._sparse:
            about = dict(self._about)
            return AttentionSummary(self._names, self._sparse, self._documents, self._query, about)
        if not self._measures:
            raise ModelError(
                "No document carries a feature in its tokens, so that there is no attention to "
                "sum; use other features."
            )
        size = len(self._names)
        measures = {}
        for name, total in self._measures.items():
            parts = (
                np.moveaxis(part.reshape(size, size, *part.shape[1:]), (0, 1), (2, 3))
                for part in (total.sum, total.sum_of_squares, total.maximum)
            )
            measures[name] = AttentionMoments(total.count.reshape(size, size), *parts)
        return AttentionSummary(
            self._names, measures, self._documents, self._query, dict(self._about)
        )


def shard_place(folder: Path, number: int) -> Path:
    """Return where a shard's sums lie."""
    return folder / f"shard-{number:06d}"


def write_sums(sums: ShardSums, folder: Path) -> None:
    """Write a shard's sums as an artefact: under another name first, with checksums."""
    with new_artefact(folder, KIND, SCHEMA, {"documents": sums.documents}) as inside:
        write_json(
            inside / "sums.json",
            {
                "documents": sums.documents,
                "about": dict(sums.about),
                "measures": list(sums.measures),
            },
        )
        arrays = {
            f"{name}.{part}": getattr(moments, part)
            for name, moments in sums.measures.items()
            for part in PARTS
        }
        np.savez(inside / "moments.npz", allow_pickle=False, **arrays)


def read_sums(folder: Path) -> ShardSums:
    """Read what `write_sums` wrote.

    Raises
    ------
    ArtefactError
        Where a file is missing or damaged.
    """
    check_artefact(folder, KIND, SCHEMA)
    stored = read_json(folder / "sums.json")
    with np.load(folder / "moments.npz", allow_pickle=False) as arrays:
        measures = {
            name: PairMoments(*(arrays[f"{name}.{part}"] for part in PARTS))
            for name in stored["measures"]
        }
    return ShardSums(stored["documents"], measures, stored["about"])
