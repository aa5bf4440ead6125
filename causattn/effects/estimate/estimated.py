"""An effect by an estimator of one contrast, estimated again draw by draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.stats

from causattn.effects.contract import (
    Change,
    Draws,
    EstimationProblem,
    Estimator,
    PointEstimate,
    Question,
)
from causattn.effects.estimate.regression import Basis
from causattn.effects.estimate.reported_effect import ReportedEffect


@dataclass(frozen=True)
class EstimatedEffect(ReportedEffect):
    """The effect of one contrast by an estimator; attributes as for `Effect`.

    Parameters
    ----------
    estimator, settings
        Who estimated it.
    problem
        The rows at the contrast's two values, with their adjustment columns.
    """

    estimator: Estimator
    settings: Any
    problem: EstimationProblem

    def again(self, changes: Iterable[Change]) -> Draws:
        """Estimate the effect once more on each change."""
        found = [self._estimated(_changed(self.problem, change)) for change in changes]
        estimates = [np.nan if one is None else one.estimate for one in found]
        ratios = [np.nan if one is None else _ratio(one) for one in found]
        return Draws(np.array(estimates), np.array(ratios))

    def residuals(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what a linear adjustment leaves of treatment and outcome."""
        basis = Basis.of(self.problem.adjustment)
        return basis.residual(self.problem.treatment), basis.residual(self.problem.outcome[None])

    def _estimated(self, problem: EstimationProblem) -> PointEstimate | None:
        if len(np.unique(problem.treatment)) < 2:
            return None
        found = self.estimator.estimate(problem, self.settings)
        return None if isinstance(found, str) else found


def estimated_effect(estimator: Estimator, question: Question) -> EstimatedEffect | str:
    """Return the effect of the contrast that linear regression finds most significant.

    Parameters
    ----------
    estimator
        Gives estimate and standard error.
    question
        Which effect.
    """
    q = question
    linear = q.linear.estimate(q.source, q.target, q.adjustment, q.levels, q.reported)
    if isinstance(linear, str):
        return linear
    treatment, name = linear.treatment, estimator.name
    if not linear.meaning.start:
        return f"The source is a number, and {name} compares two values; choose estimator=linear."
    at_start, at_end = at_values(treatment.contrasts[linear.contrast], treatment)
    rows = (at_end + at_start) > 0.5
    problem = EstimationProblem(
        at_end[rows],
        linear.outcome.columns[rows, linear.column],
        independent_columns(q.design.adjustment(q.adjustment)[rows]),
    )
    found = estimator.estimate(problem, q.settings)
    if isinstance(found, str):
        return found
    tail = (1.0 - q.linear.confidence) / 2.0 / linear.compared
    half = float(scipy.stats.norm.isf(tail)) * found.standard_error
    return EstimatedEffect(
        estimator=estimator,
        settings=q.settings,
        problem=problem,
        estimate=found.estimate,
        standard_error=found.standard_error,
        low=found.estimate - half,
        high=found.estimate + half,
        statistic=_ratio(found),
        scatter_error=found.standard_error,
        reported=linear.reported,
        meaning=linear.meaning,
        rows=len(problem.treatment),
        method=estimator.name.replace("_", " "),
        note=found.note,
        population=found.population,
        more=found.more,
    )


def at_values(contrast: np.ndarray, treatment: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return indicators of a contrast's two values, float64 [n] each: from, to."""
    reference = 1.0 - treatment.columns.sum(axis=1) - treatment.rare.sum(axis=1)
    start, end = (
        treatment.columns[:, side][:, 0] if side.any() else reference
        for side in (contrast < 0, contrast > 0)
    )
    return start, end


def independent_columns(adjustment: np.ndarray) -> np.ndarray:
    """Return an orthogonal basis of intercept and adjustment, in columns of unit size."""
    # An orthonormal basis has entries of size 1 / sqrt(n).
    return Basis.of(adjustment).vectors * np.sqrt(len(adjustment))


def _changed(problem: EstimationProblem, change: Change) -> EstimationProblem:
    """Return a problem after a refuter's change."""
    treatment, outcome, adjustment = problem.treatment, problem.outcome, problem.adjustment
    if change.treatment is not None:
        return EstimationProblem(treatment[change.treatment], outcome, adjustment)
    if change.outcome is not None:
        return EstimationProblem(treatment, outcome[change.outcome], adjustment)
    if change.made is not None:
        return EstimationProblem(treatment, change.made[0], adjustment)
    if change.column is not None:
        return EstimationProblem(treatment, outcome, np.column_stack([adjustment, change.column]))
    rows = np.repeat(np.arange(len(treatment)), change.times)  # type: ignore[arg-type]
    return EstimationProblem(treatment[rows], outcome[rows], independent_columns(adjustment[rows]))


def _ratio(found: PointEstimate) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.abs(found.estimate) / np.float64(found.standard_error))
