"""Means within strata of the adjustment set, averaged over all rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from causattn.effects.contract import Effect, EstimationProblem, Estimator, PointEstimate, Question
from causattn.effects.estimate.counts import Strata, summed
from causattn.effects.estimate.design import Design, Treatment
from causattn.effects.estimate.linear_effects import LinearEffect
from causattn.effects.estimate.standardised_effect import standardised_effect, strata_of
from causattn.effects.estimate.strata import standardised
from causattn.effects.estimators.cross_fitted import ESTIMATOR as CROSS_FITTED
from causattn.effects.estimators.interacted import ESTIMATOR as INTERACTED

ROWS_A_STRATUM = 10
"""With fewer rows a stratum on average, a model answers instead."""


class StandardisedMeans(Estimator):
    """Means within strata of the adjustment set, averaged over all rows (the g-formula).

    Nothing is assumed of how effects differ between strata. Where there are none, since the source
    or what is adjusted for is a number, the estimator ``cross_fitted`` answers; where there are
    fewer than ten rows in one on average, the estimator ``interacted``.
    """

    name = "standardised"
    paper = "Robins (1986), A new approach to causal inference, Mathematical Modelling 7"
    columns = (
        ("data_strata", "count", "strata of the adjustment set, where it has any"),
        ("data_unseen", "number", "share of rows in strata that lack one of the values"),
    )

    def estimate(self, problem: EstimationProblem, settings: Any) -> PointEstimate | str:
        """Return the effect, its strata being the distinct rows of the adjustment."""
        rows = np.unique(problem.adjustment, axis=0, return_inverse=True)[1]
        value, outcome = problem.treatment.astype(np.int64), problem.outcome[:, None]
        strata = Strata.of(rows.ravel(), value, 2, outcome, np.array([[0, 1]]), 0.95)
        found = standardised(strata, summed(strata, value[None], strata.observed()[None]))
        return PointEstimate(float(found.estimate[0, 0, 0]), float(found.error[0, 0, 0]))

    def effect(self, question: Question) -> Effect | str:
        q, design = question, question.design
        names, categories = design.table.names, design.table.categories
        treatment, outcome = design.treatment(q.source, q.levels), design.outcome(q.target)
        if isinstance(treatment, str):
            return treatment
        if isinstance(outcome, str):
            return outcome
        if {q.source, q.target} & set(q.adjustment):
            return "The adjustment set holds the treatment or the outcome itself."
        numbers = [k for k in (q.source, *q.adjustment) if categories[k] is None]
        if numbers:
            found = CROSS_FITTED.effect(q)
            if isinstance(found, str):
                return found
            return replace(found, note=f"Cross-fitted, since {names[numbers[0]]} is a number.")  # type: ignore[type-var]
        stratum = strata_of(design, q.adjustment)
        count = int(stratum.max()) + 1
        if count > len(stratum) / ROWS_A_STRATUM:
            return _by_model(q, f"{count:,} strata are too many for {len(stratum):,} rows")
        levels, value = _values(treatment, categories[q.source] or (), design, q.source)
        contrasts = np.array([[levels.index(one) for one in pair] for pair in treatment.labels])
        strata = Strata.of(
            stratum, value, len(levels), outcome.columns, contrasts, q.linear.confidence
        )
        if not _overlap(strata):
            return (
                f"The adjustment set decides the value of {names[q.source]}: there is no row in "
                "which it could have been another (positivity is violated)."
            )
        return standardised_effect(q, strata, treatment, outcome)


def _by_model(question: Question, why: str) -> Effect | str:
    """Return the effect by regression, and why it is not by strata."""
    found = INTERACTED.effect(question)
    if not isinstance(found, LinearEffect):
        return found
    return replace(found, note=f"By regression, since {why}.")


def _values(
    treatment: Treatment, categories: tuple[str, ...], design: Design, source: int
) -> tuple[list[str], np.ndarray]:
    """Return the values that are contrasted, and which of them each row has (-1: none)."""
    named = {level for pair in treatment.labels for level in pair}
    levels = [level for level in categories if level in named]
    place = np.array([levels.index(one) if one in named else -1 for one in categories])
    return levels, place[design.table.values[:, source].astype(np.int64)]


def _overlap(strata: Strata) -> bool:
    """Return whether any stratum shows two of the values."""
    cell = strata.stratum * strata.values + strata.value
    held = np.bincount(cell[strata.value >= 0], minlength=strata.count * strata.values)
    return bool(((held.reshape(strata.count, strata.values) > 0).sum(axis=1) > 1).any())


ESTIMATOR = StandardisedMeans()
