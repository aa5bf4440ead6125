"""The effect of one feature on another by linear regression on an adjustment set.

A discrete treatment has several contrasts and a discrete outcome several probabilities. All of
them are estimated; the one with the largest ratio of estimate to standard error is reported, and
its interval is widened for the choice (Bonferroni over all that were compared), so that the
interval excludes 0 by chance no more often than it says. Where both have two values there is one
contrast and nothing is widened.

The closed form stands in for DoWhy's linear regression estimator; the tests hold the two within
1e-6 of each other. `causattn.effects.dowhy_linear` asks DoWhy itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.stats

from causattn.effects.contract import Change, Draws, Effect, Meaning
from causattn.effects.estimate.design import Design, OutcomeColumns, Treatment
from causattn.effects.estimate.interactions import with_interactions
from causattn.effects.estimate.linear_again import contrast_errors, linear_again
from causattn.effects.estimate.regression import (
    Basis,
    Fits,
    StandardError,
    dependent,
    fit,
    statistics,
)


@dataclass(frozen=True)
class LinearEffect(Effect):
    """An effect by linear regression, and what it takes to estimate it again.

    Parameters
    ----------
    estimate, standard_error, low, high
        The reported contrast's effect and interval.
    treatment, outcome, basis, outcome_residual
        The columns it was estimated from; `outcome_residual` is [m, n].
    contrast, column
        Which of the treatment's contrasts and of the outcome's columns is reported.
    statistic
        Its estimate over its standard error, the largest of all that were compared.
    scatter_error
        The standard error that the estimate's scatter over samples should show: the classical one
        where that was asked for, else the robust one (the conservative one is meant to be larger).
    fits
        The regression behind it (one draw).
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    treatment: Treatment
    outcome: OutcomeColumns
    basis: Basis
    outcome_residual: np.ndarray
    contrast: int
    column: int
    statistic: float
    scatter_error: float
    fits: Fits
    standard_error_kind: StandardError

    note: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def method(self) -> str:  # type: ignore[override]
        """How it was estimated."""
        how = "with interactions, " if len(self.treatment.moderators) else ""
        return f"linear regression, back-door, {how}{self.standard_error_kind} standard error"

    @property
    def population(self) -> str:  # type: ignore[override]
        """Over which rows it is averaged."""
        weighed = "by how much the source varies given what is adjusted for"
        return "all rows" if len(self.treatment.moderators) else f"all rows, weighed {weighed}"

    @property
    def reported(self) -> tuple[int, int]:  # type: ignore[override]
        """Which contrast and which of the outcome's columns is reported."""
        return self.contrast, self.column

    @property
    def meaning(self) -> Meaning:  # type: ignore[override]
        """What it is an effect of."""
        return meaning_of(self.treatment, self.outcome, self.contrast, self.column)

    @property
    def compared(self) -> int:
        """Number of contrasts among which the reported one was chosen."""
        return len(self.treatment.contrasts) * self.outcome.columns.shape[1]

    @property
    def rows(self) -> int:  # type: ignore[override]
        """Number of rows."""
        return int(self.outcome_residual.shape[1])

    def again(self, changes: Iterable[Change]) -> Draws:
        """Estimate the effect once more on each change."""
        return linear_again(self, changes)

    def residuals(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what the adjustment leaves of treatment and outcome; see `Effect`."""
        contrast = self.treatment.contrasts[self.contrast]
        weights = contrast @ self.fits.whitening[0].T @ self.fits.whitened[0]
        return weights, self.outcome_residual


class LinearEffects:
    """Linear effects between the features of one table, bases shared between edges.

    Parameters
    ----------
    design
        The table's regression columns.
    standard_error
        See `causattn.effects.estimate.regression`.
    confidence
        Coverage of the intervals, such as 0.95.
    """

    def __init__(
        self,
        design: Design,
        standard_error: StandardError = "conservative",
        confidence: float = 0.95,
    ) -> None:
        self.design = design
        self.standard_error: StandardError = standard_error
        self.confidence = confidence
        self._last: tuple[tuple[int, ...], Basis] | None = None

    def estimate(
        self,
        source: int,
        target: int,
        adjustment: tuple[int, ...],
        levels: tuple[str, str] | None = None,
        reported: tuple[int, int] | None = None,
        interactions: bool = False,
    ) -> LinearEffect | str:
        """Return the effect of feature `source` on `target`, or why there is none.

        Parameters
        ----------
        source, target, adjustment
            Columns of the table.
        levels
            The one contrast (from, to) that is wanted; all pairs of values where None.
        reported
            Which contrast and which of the outcome's columns to report; the most significant
            where None. Its interval is widened for the choice either way.
        interactions
            Let the effect differ with what is adjusted for, and average it over the rows; see
            `causattn.effects.estimate.interactions`.
        """
        names = self.design.table.names
        treatment = self.design.treatment(source, levels)
        outcome = self.design.outcome(target)
        if isinstance(treatment, str):
            return treatment
        if isinstance(outcome, str):
            return outcome
        if {source, target} & set(adjustment):
            return "The adjustment set holds the treatment or the outcome itself."
        rows = len(treatment.columns)
        if interactions:
            treatment, basis = self._interacted(source, treatment, adjustment)
        else:
            basis = self._basis(adjustment, treatment)
        degrees = rows - basis.rank - treatment.columns.shape[1]
        if degrees < 1:
            return (
                f"The adjustment set ({basis.rank - 1} columns) is as large as the sample "
                f"({rows} rows)."
            )
        if dependent(basis, treatment.columns.T):
            return (
                f"The adjustment set decides the value of {names[source]}: there is no row in "
                "which it could have been another (positivity is violated)."
            )
        outcome_residual = basis.residual(outcome.columns.T)
        fits = fit(basis, treatment.columns.T[None], outcome_residual)
        effects = fits.effects(treatment.contrasts)[0]
        errors = contrast_errors(fits, treatment, self.standard_error)[0]
        ratio = statistics(effects, errors)
        largest = np.unravel_index(int(ratio.argmax()), ratio.shape)
        contrast, column = reported or (int(largest[0]), int(largest[1]))
        estimate, error = float(effects[contrast, column]), float(errors[contrast, column])
        tail = (1.0 - self.confidence) / 2.0 / ratio.size
        half = float(scipy.stats.t.isf(tail, degrees)) * error
        expected: StandardError = "classical" if self.standard_error == "classical" else "robust"
        alone = replace(treatment, contrasts=treatment.contrasts[[contrast]])
        scatter = contrast_errors(fits, alone, expected)[0, 0, column]
        return LinearEffect(
            estimate=estimate,
            standard_error=error,
            low=estimate - half,
            high=estimate + half,
            treatment=treatment,
            outcome=outcome,
            basis=basis,
            outcome_residual=outcome_residual,
            contrast=contrast,
            column=column,
            statistic=float(ratio.max()),
            scatter_error=float(scatter),
            fits=fits,
            standard_error_kind=self.standard_error,
        )

    def _interacted(
        self, source: int, treatment: Treatment, adjustment: tuple[int, ...]
    ) -> tuple[Treatment, Basis]:
        """Return treatment and basis with interactions, without them where they cannot be had."""
        columns = self.design.adjustment(adjustment)
        continuous = self.design.table.categories[source] is None
        wide = with_interactions(treatment, columns, continuous)
        if wide is not None:
            basis = Basis.of(np.concatenate([wide[1], treatment.rare], axis=1))
            if not dependent(basis, wide[0].columns.T):
                return wide[0], basis
        return treatment, self._basis(adjustment, treatment)

    def _basis(self, adjustment: tuple[int, ...], treatment: Treatment) -> Basis:
        """Return the basis of an adjustment set; edges out of one source share it."""
        columns = self.design.adjustment(adjustment)
        if treatment.rare.shape[1]:
            return Basis.of(np.concatenate([columns, treatment.rare], axis=1))
        if self._last is None or self._last[0] != adjustment:
            self._last = (adjustment, Basis.of(columns))
        return self._last[1]


def meaning_of(
    treatment: Treatment, outcome: OutcomeColumns, contrast: int, column: int
) -> Meaning:
    """Return what an effect of a contrast on an outcome's column means."""
    start, end = treatment.labels[contrast]
    return Meaning(
        start,
        end,
        outcome.labels[column],
        outcome.levels[column],
        outcome.scale,
        len(treatment.contrasts) * outcome.columns.shape[1],
    )
