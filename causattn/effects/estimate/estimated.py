"""Effects by an estimator other than the linear one, and their refuters, draw by draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.stats

from causattn.effects.estimate.design import Design
from causattn.effects.estimate.estimators import ESTIMATORS, EstimatorName, PointEstimate, Problem
from causattn.effects.estimate.linear import LinearEffect
from causattn.effects.estimate.regression import Basis
from causattn.effects.refuters.refuters import (
    Draws,
    Refutation,
    placebo_refutation,
    scatter_refutation,
    shift_refutation,
)


@dataclass(frozen=True)
class EstimatedEffect:
    """The effect of one contrast by a named estimator.

    Parameters
    ----------
    name
        The estimator.
    problem
        The rows at the contrast's two values, with their adjustment columns.
    found
        Estimate, standard error and note.
    low, high
        Normal interval, widened as the linear effect's is where the contrast was chosen.
    """

    name: EstimatorName
    problem: Problem
    found: PointEstimate
    low: float
    high: float

    def estimated(self, problem: Problem) -> PointEstimate | None:
        """Return the estimate of a changed problem, None where it has none."""
        both = {0.0, 1.0} <= set(np.unique(problem.treatment))
        found = ESTIMATORS[self.name](problem) if both else ""
        return None if isinstance(found, str) else found


def estimated_effect(
    linear: LinearEffect,
    name: EstimatorName,
    design: Design,
    adjustment: tuple[int, ...],
    confidence: float,
) -> EstimatedEffect | str:
    """Return the effect of the contrast that a linear effect reports, by another estimator.

    Parameters
    ----------
    linear
        Names the contrast and the outcome's column.
    name
        The estimator.
    design, adjustment
        The table's columns and which features are adjusted for.
    confidence
        Coverage of the interval.
    """
    if not linear.treatment.labels[linear.contrast][0]:
        return f"The source is a number, and {name} compares two values; choose estimator=linear."
    row = linear.treatment.contrasts[linear.contrast]
    reference = 1.0 - linear.treatment.columns.sum(axis=1) - linear.treatment.rare.sum(axis=1)
    at_end, at_start = (
        linear.treatment.columns[:, side][:, 0] if side.any() else reference
        for side in (row > 0, row < 0)
    )
    rows = (at_end + at_start) > 0.5
    basis = Basis.of(design.adjustment(adjustment)[rows])
    problem = Problem(
        at_end[rows],
        linear.outcome.columns[rows, linear.column],
        # Columns of unit size: an orthonormal basis has entries of size 1 / sqrt(n).
        basis.vectors * np.sqrt(rows.sum()),
    )
    found = ESTIMATORS[name](problem)
    if isinstance(found, str):
        return found
    tail = (1.0 - confidence) / 2.0 / linear.compared
    half = float(scipy.stats.norm.isf(tail)) * found.standard_error
    return EstimatedEffect(name, problem, found, found.estimate - half, found.estimate + half)


def refute_estimated(
    effect: EstimatedEffect,
    refuter: str,
    draws: int,
    fraction: float,
    rng: np.random.Generator,
    alpha: float,
) -> Refutation:
    """Refute an effect as `causattn.effects.refuters.refuters` says, estimating every draw anew."""
    problem, found = effect.problem, effect.found
    if found.standard_error <= 1e-9 * abs(found.estimate):
        return Refutation(np.nan, np.nan, "Not run: the treatment decides the outcome exactly.")
    count = len(problem.treatment)
    results: list[PointEstimate | None] = []
    for _ in range(draws):
        if refuter == "placebo":
            changed = Problem(
                problem.treatment[rng.permutation(count)], problem.outcome, problem.adjustment
            )
        elif refuter == "dummy_outcome":
            changed = Problem(
                problem.treatment, problem.outcome[rng.permutation(count)], problem.adjustment
            )
        elif refuter == "random_common_cause":
            column = rng.normal(size=count)
            adjustment = np.column_stack([problem.adjustment, column])
            changed = Problem(problem.treatment, problem.outcome, adjustment)
        else:
            again = refuter == "bootstrap"
            size = count if again else round(fraction * count)
            rows = rng.choice(count, size, replace=again)
            basis = Basis.of(problem.adjustment[rows])
            changed = Problem(
                problem.treatment[rows],
                problem.outcome[rows],
                basis.vectors * np.sqrt(len(rows)),
            )
        results.append(effect.estimated(changed))
    estimates = np.array([np.nan if one is None else one.estimate for one in results])
    if refuter in ("placebo", "dummy_outcome"):
        errors = np.array([np.nan if one is None else one.standard_error for one in results])
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.abs(estimates) / errors
        return placebo_refutation(
            Draws(estimates, ratios), abs(found.estimate) / found.standard_error, alpha
        )
    if refuter == "random_common_cause":
        return shift_refutation((estimates - found.estimate) / found.standard_error, alpha)
    variance = found.standard_error**2
    if refuter == "data_subset":
        variance *= (1.0 - fraction) / fraction
    return scatter_refutation(estimates - found.estimate, variance, alpha)
