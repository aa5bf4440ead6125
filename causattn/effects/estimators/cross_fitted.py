"""Doubly robust, outcome and weights learned on other rows than they are used on."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from causattn.base import ConfigError
from causattn.effects.contract import Effect, EstimationProblem, Estimator, PointEstimate, Question
from causattn.effects.estimate.cross_fitted_effect import cross_fitted_effect, cross_fitted_point
from causattn.effects.estimators.propensity import CLIP, error_of_mean, too_rare


@dataclass(frozen=True)
class CrossFittedSettings:
    """How outcome and weights are learned.

    Parameters
    ----------
    folds
        Parts of the rows; what is used on one is learned on the others.
    learner
        ``"curves"``: ridge regressions on lines, splines and products, for numbers and values
        alike, their penalties chosen by the rows left out. ``"polynomial"``: ridge and logistic
        regression on squares and products of what is adjusted for. ``"trees"``: gradient boosting,
        for whatever shape, and some seconds an estimate (leave the refuters out). The last two
        compare two values.
    """

    folds: int = 5
    learner: Literal["curves", "polynomial", "trees"] = "curves"

    def __post_init__(self) -> None:
        if self.folds < 2:
            raise ConfigError(
                f"effects.estimator_settings.folds={self.folds} is too few; ask for at least 2."
            )


class CrossFitted(Estimator):
    """Doubly robust with cross-fitting; of a number as source, the mean slope.

    Consistent under curves and interactions. The standard error is that of the sum of outcomes
    which the estimate is; what is learned need only be learned at a rate that flexible learners
    reach.
    """

    name = "cross_fitted"
    settings = CrossFittedSettings
    paper = "Chernozhukov et al. (2018), Double/debiased machine learning, Econometrics Journal 21"
    columns = (
        ("data_effective_rows", "number", "rows that the weights of the rarer value are worth"),
        ("data_regressors", "count", "columns of the regressions, the intercept among them"),
    )

    def effect(self, question: Question) -> Effect | str:
        options = question.settings
        folds = getattr(options, "folds", CrossFittedSettings.folds)
        if getattr(options, "learner", CrossFittedSettings.learner) != "curves":
            return super().effect(question)
        return cross_fitted_effect(question, folds)

    def estimate(
        self, problem: EstimationProblem, settings: CrossFittedSettings
    ) -> PointEstimate | str:
        if said := too_rare(problem):
            return said
        if settings.learner == "curves":
            return cross_fitted_point(problem, settings.folds)
        from sklearn.model_selection import StratifiedKFold

        treated, outcome = problem.treatment, problem.outcome
        # The intercept is the learners' own affair.
        columns = problem.adjustment[:, 1:]
        if not columns.shape[1]:
            columns = np.zeros((len(treated), 1))
        score, means = np.empty(len(treated)), np.empty((2, len(treated)))
        parts = StratifiedKFold(settings.folds, shuffle=True, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for learn, use in parts.split(columns, treated):
                by, regressor = _learners(settings.learner)
                score[use] = by.fit(columns[learn], treated[learn]).predict_proba(columns[use])[
                    :, 1
                ]
                for side in (0, 1):
                    rows = learn[treated[learn] == side]
                    means[side, use] = regressor.fit(columns[rows], outcome[rows]).predict(
                        columns[use]
                    )
        share = float(treated.mean())
        low, high = min(CLIP, share / 10.0), 1.0 - min(CLIP, (1.0 - share) / 10.0)
        clipped = float(np.mean((score < low) | (score > high)))
        score = np.clip(score, low, high)
        each = means[1] - means[0] + treated * (outcome - means[1]) / score
        each -= (1.0 - treated) * (outcome - means[0]) / (1.0 - score)
        note = f"{clipped:.1%} of the rows' propensities were clipped." if clipped else ""
        return PointEstimate(float(each.mean()), error_of_mean(each - each.mean()), note)


def _learners(kind: str) -> tuple[Any, Any]:
    """Return a classifier and a regressor."""
    if kind == "trees":
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        given = {"max_iter": 100, "learning_rate": 0.05, "min_samples_leaf": 20, "random_state": 0}
        return HistGradientBoostingClassifier(**given), HistGradientBoostingRegressor(**given)
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    return tuple(
        make_pipeline(PolynomialFeatures(2, include_bias=False), StandardScaler(), last)
        for last in (LogisticRegression(C=1.0, max_iter=500), Ridge(alpha=1.0))
    )


ESTIMATOR = CrossFitted()
