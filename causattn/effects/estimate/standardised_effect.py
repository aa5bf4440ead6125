"""An effect by standardisation over strata, and what it takes to estimate it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
import scipy.sparse

from causattn.effects.contract import Change, Draws, Effect, Meaning, Question
from causattn.effects.estimate.design import Design, OutcomeColumns, Treatment
from causattn.effects.estimate.linear_effects import meaning_of
from causattn.effects.estimate.strata import (
    Standardised,
    Strata,
    Sums,
    means,
    standardised,
    summed,
)

_CELLS = 500_000
"""Numbers held at once per array of draws."""


@dataclass(frozen=True)
class StandardisedEffect(Effect):
    """An effect by standardisation; attributes as for `Effect`.

    Parameters
    ----------
    strata
        The rows it rests on.
    """

    strata: Strata
    estimate: float
    standard_error: float
    low: float
    high: float
    statistic: float
    scatter_error: float
    reported: tuple[int, int]
    meaning: Meaning
    rows: int
    note: str = ""
    population: str = "all rows"
    method: str = "standardisation over strata"
    more: Mapping[str, Any] = field(default_factory=dict)

    def again(self, changes: Iterable[Change]) -> Draws:
        """Estimate the effect once more on each change."""
        size = self.rows * self.strata.outcome.shape[1]
        cells = self.strata.count * (self.strata.values + 1) * self.strata.outcome.shape[1]
        at_once = max(1, _CELLS // max(size, cells))
        rest = iter(changes)
        parts = [self._again(part) for part in iter(lambda: list(islice(rest, at_once)), [])]
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

    def _again(self, changes: list[Change]) -> tuple[np.ndarray, np.ndarray | None]:
        """Return estimates and statistics of some changes of one kind, float64 [b] each."""
        strata, first = self.strata, changes[0]
        value, outcome = strata.value[None], strata.observed()[None]
        if first.column is not None:
            columns = np.stack([change.column for change in changes])  # type: ignore[misc]
            return self._joined(columns), None
        times = None
        if first.treatment is not None:
            value = np.stack([strata.value[change.treatment] for change in changes])
        elif first.outcome is not None:
            outcome = np.stack([strata.observed()[change.outcome] for change in changes])
        elif first.made is not None:
            outcome = np.stack([change.made.T for change in changes])  # type: ignore[union-attr]
            ends = outcome.min(axis=(0, 1)), outcome.max(axis=(0, 1))
            strata = replace(strata, low=ends[0], high=ends[1], binary=False)
        else:
            times = np.stack([change.times for change in changes]).astype(float)  # type: ignore[misc]
        sums = summed(strata, value, outcome, times)
        contrast, column = self.reported
        if times is not None:
            return self._differences(sums), None
        found = standardised(strata, sums)
        ratios = found.ratios(strata.tail).max(axis=(1, 2))
        return found.estimate[:, contrast, column], ratios

    def _differences(self, sums: Sums) -> np.ndarray:
        """Return the reported contrast's estimates, NaN where a value is missing, float64 [b]."""
        contrast, column = self.reported
        start, end = self.strata.starts[contrast], self.strata.ends[contrast]
        mean = means(sums)[..., column]
        found: np.ndarray = np.einsum("bs,bs->b", sums.shares, mean[:, :, end] - mean[:, :, start])
        return found

    def _joined(self, columns: np.ndarray) -> np.ndarray:
        """Return the estimates with a column adjusted for linearly within strata, float64 [b]."""
        strata, (contrast, column) = self.strata, self.reported
        own = summed(strata, strata.value[None], strata.observed()[None])
        rows = np.maximum(own.rows, 1.0)[..., None]
        # One column of indicators a cell: sums in all draws are two products.
        kept = np.flatnonzero(strata.value >= 0)
        cell = (strata.stratum * strata.values + strata.value)[kept]
        cells = strata.count * strata.values
        at = scipy.sparse.csr_array(
            (np.ones(len(kept)), (cell, kept)), shape=(cells, columns.shape[1])
        )
        weighed = at * strata.outcome[:, column]
        shape = len(columns), strata.count, strata.values, 1
        joined, both = ((one @ columns.T).T.reshape(shape) for one in (at, weighed.tocsr()))
        totals = own.totals[..., [column]]
        squares = np.einsum("bn,bn->b", columns[:, kept], columns[:, kept])
        left = squares - (joined**2 / rows).sum(axis=(1, 2, 3))
        across = (both - joined * totals / rows).sum(axis=(1, 2, 3))
        slope = across / left
        start, end = strata.starts[contrast], strata.ends[contrast]
        seen = (own.rows > 0)[..., None]
        apart = np.where(seen, joined / rows, 0.0)[..., 0]
        shift = np.einsum("s,bs->b", own.shares[0], apart[:, :, end] - apart[:, :, start])
        return self.estimate - slope * shift


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
        found = np.unique(found, return_inverse=True)[1]
    return found
