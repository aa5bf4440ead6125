"""How the sums are kept: for all pairs of features where that fits, else for those that occur.

A shard's are kept for the pairs that occur in it also where these are few: they stand beside the
sums of the corpus, and should not take as much again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from causattn.attention.contract import Measure, MeasureShape
from causattn.attention.measures.pairs import occurring_pairs
from causattn.base import ConfigError
from causattn.models import CarrierTokens

_MANY = 128
"""Features from which on it is worth to look which pairs occur."""
_FEW = 0.2
"""Share of all pairs up to which a shard's sums are kept by pairs."""


def kept_pairs(
    shape: MeasureShape,
    measures: Iterable[type[Measure]],
    carriers: CarrierTokens,
    limit_gb: float,
    copies: int = 1,
    of_all: int = 0,
) -> MeasureShape:
    """Return the shape with the pairs that a shard's sums are kept for, None for all.

    Parameters
    ----------
    shape
        Layers, heads and features.
    measures
        What is summed.
    carriers
        Which features the documents carry.
    limit_gb
        Most memory for the sums, in 10^9 bytes.
    copies
        How many copies of the sums are in memory at a time.
    of_all
        How many pairs occur in all documents, where that is known: their sums have to fit as well.

    Raises
    ------
    ConfigError
        Where even the pairs that occur do not fit.
    """
    measures = tuple(measures)
    fits = sums_gb(shape, measures, shape.features**2, copies) <= limit_gb
    if fits and shape.features < _MANY:
        return shape
    pairs = occurring_pairs(carriers.document, carriers.feature, shape.features)
    if fits:
        few = len(pairs) <= _FEW * shape.features**2
        return replace(shape, pairs=pairs, limit_gb=limit_gb) if few else shape
    count, times = len(pairs), copies
    if sums_gb(shape, measures, of_all) > sums_gb(shape, measures, count, copies):
        count, times = of_all, 1
    needed = sums_gb(shape, measures, count, times)
    if needed > limit_gb:
        over = f", {times} times over," if times > 1 else ""
        raise ConfigError(
            f"The sums of {count} pairs of {shape.features} features over "
            f"{len(shape.layers)} layers and {len(shape.heads)} heads{over} take {needed:.1f} "
            f"GB, more than attention.memory_gb={limit_gb:g}; use fewer features, name "
            "attention.layers and attention.heads, drop raw from attention.measures, or allow "
            "more."
        )
    return replace(shape, pairs=pairs, fits=False, limit_gb=limit_gb)


def sums_gb(
    shape: MeasureShape, measures: Iterable[type[Measure]], pairs: int, copies: int = 1
) -> float:
    """Return what the sums of so many pairs take, in 10^9 bytes."""
    parts = len(shape.layers) * len(shape.heads)
    numbers = sum(3 * (parts if measure.per_head else 1) + 1 for measure in measures)
    return numbers * pairs * 8 * copies / 1e9
