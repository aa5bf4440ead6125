"""A cross-fitted effect, and its estimate on changed data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from causattn.effects.contract import (
    Change,
    Draws,
    EstimationProblem,
    PointEstimate,
    Question,
)
from causattn.effects.estimate.cross_fit import Sums
from causattn.effects.estimate.cross_fitted_again import cross_fitted_again
from causattn.effects.estimate.cross_fitted_data import (
    Data,
    Fitted,
    fitted,
    learned_from,
)
from causattn.effects.estimate.curves import number
from causattn.effects.estimate.design import OutcomeColumns, Treatment
from causattn.effects.estimate.linear_effects import meaning_of
from causattn.effects.estimate.regression import Basis
from causattn.effects.estimate.reported_effect import ReportedEffect


@dataclass(frozen=True)
class CrossFittedEffect(ReportedEffect):
    """A cross-fitted effect; further attributes as for `Effect`.

    Parameters
    ----------
    data, sums
        Its rows and their sums.
    """

    data: Data
    sums: Sums

    def again(self, changes: Iterable[Change]) -> Draws:
        """Estimate the effect once more on each change."""
        return cross_fitted_again(self.data, self.sums, self.reported, changes)

    def residuals(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what is left of treatment and outcome after what is adjusted for."""
        data, (contrast, _) = self.data, self.reported
        basis = Basis.of(data.sieve.columns[:, 1 : data.sieve.base])
        side = data.treatment[:, 0]
        if len(data.contrasts):
            start, end = data.contrasts[contrast]
            side = data.treatment[:, end] - data.treatment[:, start]
        both = np.column_stack([side, data.outcome * data.scale]).T
        left = np.empty_like(both)
        left[:, data.order] = basis.residual(both)
        return left[0], left[1:]


def cross_fitted_effect(question: Question, folds: int) -> CrossFittedEffect | str:
    """Return the effect of the contrast that stands out most, or of the one that is asked for.

    Parameters
    ----------
    question
        Which effect.
    folds
        Parts of the rows; what is used on one is learned on the others.
    """
    q, design = question, question.design
    treatment, outcome = design.treatment(q.source, q.levels), design.outcome(q.target)
    if isinstance(treatment, str):
        return treatment
    if isinstance(outcome, str):
        return outcome
    if {q.source, q.target} & set(q.adjustment):
        return "The adjustment set holds the treatment or the outcome itself."
    one: Fitted | str = fitted(q, treatment, outcome, folds)
    if isinstance(one, str):
        return one
    ratios = one.found.ratios(one.data.tail)
    largest = np.unravel_index(int(ratios.argmax()), ratios.shape)
    contrast, column = q.reported or (int(largest[0]), int(largest[1]))
    at = contrast, column
    rows = one.parts.rows
    worth = float(
        rows.min() if not len(one.data.contrasts) else rows[one.data.contrasts[contrast]].min()
    )
    method = "cross-fitted doubly robust" + ("" if treatment.labels[0][0] else ", mean slope")
    return CrossFittedEffect(
        data=one.data,
        sums=one.sums,
        estimate=float(one.found.estimate[at]),
        standard_error=float(one.found.error[at]),
        low=float(one.found.low[at]),
        high=float(one.found.high[at]),
        statistic=float(ratios.max()),
        scatter_error=float(one.found.error[at]),
        reported=at,
        meaning=meaning_of(treatment, outcome, contrast, column),
        rows=one.data.rows,
        method=method,
        more={"data_effective_rows": worth, "data_regressors": one.data.sieve.columns.shape[1]},
    )


def cross_fitted_point(problem: EstimationProblem, folds: int) -> PointEstimate | str:
    """Return the effect of one contrast whose columns are given."""
    outcome = problem.outcome[:, None]
    two = set(np.unique(outcome)) <= {0.0, 1.0}
    found = learned_from(
        [number(column) for column in problem.adjustment.T],
        Treatment(
            problem.treatment[:, None], np.empty((len(outcome), 0)), np.eye(1), (("0", "1"),)
        ),
        None,
        OutcomeColumns(outcome, ("",), ("1" if two else None,), 1.0),
        folds,
        0.95,
    )
    if isinstance(found, str):
        return found
    return PointEstimate(float(found.found.estimate[0, 0]), float(found.found.error[0, 0]))
