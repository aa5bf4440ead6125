"""Regression with all interactions of source and adjustment set."""

from __future__ import annotations

from typing import Any

from causattn.effects.contract import Effect, EstimationProblem, Estimator, PointEstimate, Question
from causattn.effects.estimators.linear import ESTIMATOR as LINEAR


class Interacted(Estimator):
    """Linear regression with the source's interactions, averaged over all rows.

    What is adjusted for enters with squares and products, centred, and again times each of the
    source's columns; a number as source with its square, too. The source's own coefficient is then
    the effect averaged over the rows as they are, whatever the interactions are. With fewer than
    twenty rows a column, or more than a hundred columns, as the estimator ``linear``.
    """

    name = "interacted"
    paper = "Lin (2013), Agnostic notes on regression adjustments, Annals of Applied Statistics 7"

    def estimate(self, problem: EstimationProblem, settings: Any) -> PointEstimate | str:
        return LINEAR.estimate(problem, settings)

    def effect(self, question: Question) -> Effect | str:
        q = question
        return q.linear.estimate(
            q.source, q.target, q.adjustment, q.levels, q.reported, interactions=True
        )


ESTIMATOR = Interacted()
