"""An effect by standardisation over strata, and what it takes to estimate it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import cast

import numpy as np

from causattn.effects.contract import Change, Draws, Question
from causattn.effects.estimate.counts import (
    Strata,
    Sums,
    moved,
    of_counts,
    ranked,
    summed,
    weighed_counts,
)
from causattn.effects.estimate.design import Design, OutcomeColumns, Treatment
from causattn.effects.estimate.linear_effects import meaning_of
from causattn.effects.estimate.reported_effect import ReportedEffect
from causattn.effects.estimate.strata import Standardised, means, standardised

_CELLS = 500_000
"""Numbers held at once per array of draws."""


@dataclass(frozen=True)
class StandardisedEffect(ReportedEffect):
    """An effect by standardisation; attributes as for `Effect`.

    Parameters
    ----------
    strata
        The rows it rests on.
    """

    strata: Strata

    def again(self, changes: Iterable[Change]) -> Draws:
        """Estimate the effect once more on each change."""
        rest, parts = iter(changes), []
        for first in rest:
            # Drawn one by one as they are counted, many to an array of what is counted.
            some = chain([first], islice(rest, self._at_once(first) - 1))
            parts.append(self._again(first, some))
        estimates = np.concatenate([part[0] for part in parts])
        ratios = [part[1] for part in parts if part[1] is not None]
        return Draws(estimates, np.concatenate(ratios) if ratios else None)

    def residuals(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what the strata leave of the treatment and of the outcome."""
        strata, (contrast, _) = self.strata, self.reported
        start, end = strata.starts[contrast], strata.ends[contrast]
        sides = (strata.value == end).astype(float) - (strata.value == start)
        both = np.column_stack([sides, strata.outcome])
        held = np.bincount(strata.stratum, minlength=strata.count)
        for k in range(both.shape[1]):
            totals = np.bincount(strata.stratum, both[:, k], minlength=strata.count)
            both[:, k] -= (totals / np.maximum(held, 1))[strata.stratum]
        return both[:, 0], np.ascontiguousarray(both[:, 1:].T)

    def _at_once(self, change: Change) -> int:
        """Return how many changes of a kind to count at once."""
        strata, columns = self.strata, self.strata.outcome.shape[1]
        size = strata.count * (strata.values + 1) * columns
        if change.made is not None or not len(strata.kinds):
            size = max(size, self.rows * columns)
        else:
            size = max(size, strata.count * max(len(strata.kinds), len(strata.starts) * columns))
        return max(1, _CELLS // size)

    def _again(
        self, first: Change, changes: Iterable[Change]
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return estimates and statistics of some changes of one kind, float64 [b] each."""
        strata = self.strata
        if first.column is not None:
            return self._joined(cast(np.ndarray, change.column) for change in changes), None
        if first.times is not None:
            return self._differences(self._weighed(changes)), None
        if first.made is not None:
            outcome = np.stack([cast(np.ndarray, change.made).T for change in changes])
            ends = outcome.min(axis=(0, 1)), outcome.max(axis=(0, 1))
            strata = replace(strata, low=ends[0], high=ends[1], binary=False)
            sums = summed(strata, strata.value[None], outcome)
        else:
            sums = self._moved(changes, first.outcome is not None)
        contrast, column = self.reported
        found = standardised(strata, sums)
        ratios = found.ratios(strata.tail).max(axis=(1, 2))
        return found.estimate[:, contrast, column], ratios

    def _weighed(self, changes: Iterable[Change]) -> Sums:
        """Return the sums of draws that count rows so many times."""
        strata, times = self.strata, (cast(np.ndarray, change.times) for change in changes)
        if len(strata.kinds):
            return of_counts(strata, weighed_counts(strata, times))
        every = np.stack(list(times)).astype(float)
        return summed(strata, strata.value[None], strata.outcome[None], every)

    def _moved(self, changes: Iterable[Change], outcome: bool) -> Sums:
        """Return the sums of draws that permute the rows of the outcome or else the source."""
        strata = self.strata
        orders = (
            cast(np.ndarray, change.outcome if outcome else change.treatment) for change in changes
        )
        if len(strata.kinds):
            return moved(strata, orders, outcome)
        if outcome:
            picked = np.stack([strata.outcome[order] for order in orders])
            return summed(strata, strata.value[None], picked)
        return summed(strata, np.stack([strata.value[o] for o in orders]), strata.outcome[None])

    def _differences(self, sums: Sums) -> np.ndarray:
        """Return the reported contrast's estimates, NaN where a value is missing, float64 [b]."""
        contrast, column = self.reported
        start, end = self.strata.starts[contrast], self.strata.ends[contrast]
        mean = means(sums)[..., column]
        found: np.ndarray = np.einsum("bs,bs->b", sums.shares, mean[:, :, end] - mean[:, :, start])
        return found

    def _joined(self, columns: Iterable[np.ndarray]) -> np.ndarray:
        """Return the estimates with a column adjusted for linearly within strata, float64 [b]."""
        strata, (contrast, column) = self.strata, self.reported
        own = summed(strata, strata.value[None], strata.observed()[None])
        rows = np.maximum(own.rows, 1.0)
        totals = own.totals[..., column]
        squares, joined, both = self._products(columns)
        left = squares - (joined**2 / rows).sum(axis=(1, 2))
        across = (both - joined * totals / rows).sum(axis=(1, 2))
        slope = across / left
        start, end = strata.starts[contrast], strata.ends[contrast]
        apart = np.where(own.rows > 0, joined / rows, 0.0)
        shift = np.einsum("s,bs->b", own.shares[0], apart[:, :, end] - apart[:, :, start])
        found: np.ndarray = self.estimate - slope * shift
        return found

    def _products(self, columns: Iterable[np.ndarray]) -> tuple[np.ndarray, ...]:
        """Return sums of columns' squares, [b], and of columns and outcome in cells, [b, s, k]."""
        strata, column = self.strata, self.reported[1]
        kept = np.flatnonzero(strata.value >= 0)
        whole = len(kept) == self.rows
        squares = []

        def seen() -> Iterator[np.ndarray]:
            for one in columns:
                held = one if whole else one[kept]
                squares.append(float(held @ held))
                yield one

        if len(strata.kinds):
            each = weighed_counts(strata, seen())[:, :, 1:]
            return np.array(squares), each.sum(axis=3), each @ strata.kinds[:, column]
        every = np.stack(list(seen()))
        outcome = strata.outcome[:, [column]]
        sums = summed(strata, strata.value[None], outcome[None], every)
        return np.array(squares), sums.rows, sums.totals[..., 0]


def standardised_effect(
    question: Question, strata: Strata, treatment: Treatment, outcome: OutcomeColumns
) -> StandardisedEffect:
    """Return the effect of the contrast that stands out most, or of the one that is asked for.

    Parameters
    ----------
    question
        Which effect.
    strata
        Its rows.
    treatment, outcome
        Name the contrasts.
    """
    sums = summed(strata, strata.value[None], strata.observed()[None])
    found = Standardised(*(part[0] for part in standardised(strata, sums)))
    ratios = found.ratios(strata.tail)
    largest = np.unravel_index(int(ratios.argmax()), ratios.shape)
    contrast, column = question.reported or (int(largest[0]), int(largest[1]))
    at = contrast, column
    unseen = float(found.unseen[contrast])
    population = "all rows"
    note = ""
    if unseen > 0:
        population = f"all rows; {unseen:.1%} of them bounded, not estimated"
        note = (
            f"{unseen:.1%} of the rows are in strata that never show one of the two values; the "
            "interval leaves room for whatever the outcome may be there."
        )
    error = float(found.error[at])
    return StandardisedEffect(
        strata=strata,
        estimate=float(found.estimate[at]),
        standard_error=error,
        low=float(found.low[at]),
        high=float(found.high[at]),
        statistic=float(ratios.max()),
        scatter_error=error,
        reported=at,
        meaning=meaning_of(treatment, outcome, contrast, column),
        rows=len(strata.stratum),
        method="standardisation over strata",
        note=note,
        population=population,
        more={"data_strata": strata.count, "data_unseen": unseen},
    )


def strata_of(design: Design, adjustment: tuple[int, ...]) -> np.ndarray:
    """Return the stratum of each row, int64 [n], numbered from 0.

    Parameters
    ----------
    design
        The table's columns.
    adjustment
        Discrete columns of the table.
    """
    table = design.table
    found = np.zeros(len(table.values), dtype=np.int64)
    for feature in adjustment:
        levels = len(table.categories[feature] or ())
        found = found * levels + table.values[:, feature].astype(np.int64)
        # Numbered again each time, so that no product of counts runs over.
        found = ranked(found)[1]
    return found
