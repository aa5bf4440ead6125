"""Screens of their own: selectors that score pairs by the features' values and need no model.

A masked model is a regression of each variable on all others. What does that directly, or asks for
dependence given others, is what attention has to be compared with. Each of them scores one feature
at a time, so that no more than one feature's fit is in memory.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import above_zero
from causattn.candidates.contract import ScoredPairs, Selection, Selector

if TYPE_CHECKING:
    from causattn.candidates.contract import Summary
    from causattn.features import FeatureTable


@dataclass(frozen=True)
class ScreenSettings:
    """What all screens of their own have in common.

    Parameters
    ----------
    pairs
        How many of the strongest pairs may be adjacent; None takes `pairs_per_feature`.
    pairs_per_feature
        How many as a multiple of the number of features, all pairs where there are fewer.
    """

    pairs: int | None = None
    pairs_per_feature: float = 2.5

    def __post_init__(self) -> None:
        above_zero(self, "candidates", "pairs", "pairs_per_feature")


class Screen(Selector):
    """A selector of the strongest pairs by a score of its own."""

    needs_summary = False
    settings: type[ScreenSettings]

    def seconds(self, features: FeatureTable) -> float | None:
        """Return about how long one core takes, by which runs have it beside their candidates.

        None leaves it out of them.
        """
        return None

    @abstractmethod
    def of_values(self, settings: Any, features: FeatureTable, seed: int) -> np.ndarray:
        """Return the score of every ordered pair, float64 [f, f], from row to column, diagonal 0.

        Parameters
        ----------
        settings
            An object of its `settings`.
        features
            The table.
        seed
            For screens that draw.
        """

    def score(
        self, settings: Any, summary: Summary | None, features: FeatureTable, seed: int
    ) -> np.ndarray:
        """Return the score by the features' values."""
        return self.of_values(settings, features, seed)

    def select(self, settings: ScreenSettings, pairs: ScoredPairs) -> Selection:
        """Return the strongest pairs."""
        from causattn.candidates.restricting import strongest_pairs
        from causattn.candidates.top_k import pair_count

        wanted = pair_count(settings.pairs, settings.pairs_per_feature, pairs.features.size)
        return Selection(strongest_pairs(pairs.strength, wanted), f"top {wanted} pairs")


def indicators(features: FeatureTable) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return columns to regress on: indicators of values and continuous ones, at unit spread.

    Of a variable of two values one indicator is kept; a constant one has no column.

    Returns
    -------
    tuple
        float64 [m, c]; int64 [c], the feature of each column; and int64 [m], how many documents
        each of the different rows stands for.
    """
    values, times = np.unique(features.values, axis=0, return_counts=True)
    columns, owner = [], []
    for k in range(features.size):
        if features.discrete[k]:
            levels = np.unique(values[:, k])
            kept = levels[1:] if len(levels) <= 2 else levels
            columns += [(values[:, k] == level).astype(float) for level in kept]
            owner += [k] * len(kept)
        elif np.ptp(values[:, k]) > 0:
            columns.append(values[:, k])
            owner.append(k)
    stacked = np.stack(columns, axis=1) if columns else np.empty((len(values), 0))
    mean = np.average(stacked, axis=0, weights=times)
    spread = np.sqrt(np.average((stacked - mean) ** 2, axis=0, weights=times))
    return (stacked - mean) / spread, np.array(owner, dtype=np.int64), times


def level_count(features: FeatureTable) -> int:
    """Return how many values all features have together, a continuous one counting as one."""
    counts = [
        len(np.unique(column)) if discrete else 1
        for column, discrete in zip(features.values.T, features.discrete, strict=True)
    ]
    return sum(counts)
