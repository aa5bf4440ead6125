"""What a selector is: from scored pairs to the pairs that may be adjacent.

`Selector` is what a contribution implements, in one file with ``SELECTOR = Mine()``; its settings
are a dataclass of their own (`SelectorSettings`) in the same file.

A `Screen` is a selector that scores pairs by the features' values and needs no model. A masked
model is a regression of each variable on all others: what does that directly, or asks for
dependence given others, is what attention has to be compared with. Each screen scores one feature
at a time, so that no more than one feature's fit is in memory.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from causattn.base import above_zero

if TYPE_CHECKING:
    from causattn.attention import AttentionSummary
    from causattn.attribution import AttributionSummary
    from causattn.features import FeatureTable

    Summary: TypeAlias = AttentionSummary | AttributionSummary


@dataclass(frozen=True)
class SelectorSettings:
    """What all selectors of scored attention have in common.

    Parameters
    ----------
    aggregate
        How attention becomes one score: a measure that was summed (mean, norm, rollout, flow ...),
        or ``"max"``, the largest raw weight of any layer and head.
    layers, heads
        Which layers and heads to take, as numbered in the model; None for all that were summed.
    """

    aggregate: str = "mean"
    layers: tuple[int, ...] | None = None
    heads: tuple[int, ...] | None = None


@dataclass(frozen=True)
class ScoredPairs:
    """What a selector chooses from.

    Parameters
    ----------
    score
        float64 [f, f], evidence for flow **from row to column**, diagonal 0.
    summary
        What was scored; None for a screen of the values.
    features
        The table behind it, for screens that look at values.
    null
        The null's draws, as many as `Selector.null_draws` says.
    """

    score: np.ndarray
    summary: Summary | None
    features: FeatureTable
    null: Sequence[Summary] = ()

    @property
    def strength(self) -> np.ndarray:
        """The larger of the two scores of a pair, float64 [f, f], symmetric."""
        return np.maximum(self.score, self.score.T)


@dataclass(frozen=True)
class Selection:
    """What a selector chose.

    Parameters
    ----------
    allowed
        bool [f, f], symmetric: may the pair be adjacent? The diagonal does not matter.
    rule
        By which rule, in words, such as ``"top 20 pairs"``.
    p_value
        float64 [f, f], symmetric, where the rule has any.
    about
        What else should be kept with the candidates, JSON-like.
    """

    allowed: np.ndarray
    rule: str
    p_value: np.ndarray | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


class Selector(ABC):
    """One rule by which scored pairs become candidates.

    It refuses settings that make no sense in its dataclass's ``__post_init__``, with a
    `causattn.base.ConfigError`.
    """

    name: str
    """What ``candidates.kind`` calls it."""
    settings: type[Any]
    """The dataclass of its settings: `SelectorSettings` and more, where it chooses by attention."""
    paper: str = ""
    """Where it was first described."""
    needs_summary: bool = True
    """Whether it scores what a model attends to or what an explainer gives; else it needs no model,
    and has a `score` of its own."""

    @abstractmethod
    def select(self, settings: Any, pairs: ScoredPairs) -> Selection:
        """Return which pairs may be adjacent.

        Parameters
        ----------
        settings
            An object of its `settings`.
        pairs
            The pairs and their scores.
        """

    def score(
        self, settings: Any, summary: Summary | None, features: FeatureTable, seed: int
    ) -> np.ndarray:
        """Return the score of every ordered pair, float64 [f, f], from row to column, diagonal 0.

        Parameters
        ----------
        settings
            An object of its `settings`.
        summary
            Attention or attribution; None where there is none and none is needed.
        features
            The table.
        seed
            The run's seed.
        """
        from causattn.candidates.score import summary_score
        from causattn.features import pooled_features

        assert summary is not None
        return summary_score(
            summary,
            settings.aggregate,
            layers=settings.layers,
            heads=settings.heads,
            pooled=pooled_features(features),
        )

    def null_draws(self, settings: Any) -> tuple[str, int, float]:
        """Return whose attention the null is, how many draws it has, and their share permuted.

        The control's name is ``"trained_on_permuted"``, ``"permuted"`` or ``"untrained"``; a
        selector without a null has ``("", 0, 1.0)``.
        """
        return "", 0, 1.0


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
