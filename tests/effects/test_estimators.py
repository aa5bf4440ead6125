"""Estimators beside the linear one: DoWhy's values given the same scores, coverage, refusals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from dowhy.causal_estimators.doubly_robust_estimator import DoublyRobustEstimator
from dowhy.causal_estimators.generalized_linear_model_estimator import (
    GeneralizedLinearModelEstimator,
)
from dowhy.causal_estimators.propensity_score_matching_estimator import (
    PropensityScoreMatchingEstimator,
)
from dowhy.causal_estimators.propensity_score_stratification_estimator import (
    PropensityScoreStratificationEstimator,
)
from dowhy.causal_estimators.propensity_score_weighting_estimator import (
    PropensityScoreWeightingEstimator,
)
from scipy.special import expit

from causattn.effects import ESTIMATORS, EstimationProblem, NoOptions, PointEstimate
from causattn.effects.estimate.by_dowhy import (
    OUTCOME,
    TREATMENT,
    identified_estimand,
    quiet_dowhy,
)
from causattn.effects.estimators.propensity import CLIP, propensity
from causattn.effects.estimators.propensity_stratification import SMALLEST_STRATUM, STRATA

EFFECT = 0.2


def problem(seed: int, rows: int = 800, discrete: bool = False) -> EstimationProblem:
    """Return a confounded 0/1 treatment and 0/1 outcome, whose effect is EFFECT for every row."""
    rng = np.random.default_rng(seed)
    causes = rng.integers(0, 2, (rows, 2)) if discrete else rng.uniform(-1, 1, (rows, 2))
    treated = rng.random(rows) < expit(causes @ [1.0, -0.5])
    outcome = rng.random(rows) < 0.35 + EFFECT * treated + causes @ [0.15, 0.1]
    columns = np.column_stack([np.ones(rows), causes])
    return EstimationProblem(treated.astype(float), outcome.astype(float), columns)


def estimated(name: str, one: EstimationProblem) -> PointEstimate | str:
    return ESTIMATORS[name].estimate(one, NoOptions())


def dowhy_value(one: EstimationProblem, kind: type, **settings) -> float:
    """Return DoWhy's own estimate, from our propensity scores where it takes a column of them."""
    names = [f"w{k}" for k in range(one.adjustment.shape[1] - 1)]
    frame = pd.DataFrame(one.adjustment[:, 1:], columns=names)
    frame[TREATMENT], frame[OUTCOME] = one.treatment, one.outcome
    if "propensity" in kind.__module__:
        scores = propensity(one)
        assert not isinstance(scores, str)
        frame["propensity_score"] = scores[0]
    with quiet_dowhy():
        estimator = kind(identified_estimand(names), **settings)
        estimator.fit(frame)
        found = estimator.estimate_effect(
            frame, treatment_value=1, control_value=0, target_units="ate"
        )
    return float(found.value)


class OurScores:
    """Our propensity scores, dressed as a scikit-learn classifier for DoWhy."""

    def __init__(self, one: EstimationProblem) -> None:
        scores = propensity(one)
        assert not isinstance(scores, str)
        self.scores = scores[0]

    def fit(self, columns, treatment) -> None:
        pass

    def predict_proba(self, columns) -> np.ndarray:
        return np.column_stack([1 - self.scores, self.scores])


DOWHY = {
    "glm": lambda one: dowhy_value(
        one, GeneralizedLinearModelEstimator, glm_family=sm.families.Binomial()
    ),
    "propensity_weighting": lambda one: dowhy_value(
        one, PropensityScoreWeightingEstimator, min_ps_score=CLIP, max_ps_score=1 - CLIP
    ),
    "propensity_stratification": lambda one: dowhy_value(
        one,
        PropensityScoreStratificationEstimator,
        num_strata=STRATA,
        clipping_threshold=SMALLEST_STRATUM,
    ),
    "propensity_matching": lambda one: dowhy_value(one, PropensityScoreMatchingEstimator),
    "doubly_robust": lambda one: dowhy_value(
        one, DoublyRobustEstimator, propensity_score_model=OurScores(one)
    ),
}


@pytest.mark.parametrize("name", DOWHY)
@pytest.mark.parametrize("seed", range(3))
def test_estimates_are_dowhys(name: str, seed: int) -> None:
    one = problem(seed)
    found = estimated(name, one)
    assert not isinstance(found, str)
    assert found.estimate == pytest.approx(DOWHY[name](one), abs=1e-6)


@pytest.mark.parametrize("name", ["glm", "propensity_weighting", "doubly_robust"])
def test_estimates_on_discrete_confounders_are_dowhys(name: str) -> None:
    one = problem(0, discrete=True)
    found = estimated(name, one)
    assert not isinstance(found, str)
    assert found.estimate == pytest.approx(DOWHY[name](one), abs=1e-6)


@pytest.mark.parametrize("discrete", [False, True])
@pytest.mark.parametrize("name", DOWHY)
def test_intervals_cover_the_planted_effect(name: str, discrete: bool) -> None:
    repeats, inside, errors, estimates = 150, 0, [], []
    for seed in range(repeats):
        found = estimated(name, problem(seed, discrete=discrete))
        assert not isinstance(found, str)
        inside += abs(found.estimate - EFFECT) <= 1.96 * found.standard_error
        errors.append(found.standard_error)
        estimates.append(found.estimate)
    # Strata leave a little confounding inside them; all others are unbiased.
    bias = 0.02 if name == "propensity_stratification" else 0.008
    assert abs(np.mean(estimates) - EFFECT) < bias
    assert inside / repeats > 0.88
    assert 0.8 < np.mean(errors) / np.std(estimates) < 1.35


def test_matching_averages_ties_which_dowhy_does_not() -> None:
    """With four cells, matching with ties is the exact stratified mean of their differences."""
    theirs = []
    for seed in range(5):
        one = problem(seed, rows=2000, discrete=True)
        found = estimated("propensity_matching", one)
        assert not isinstance(found, str)
        frame = pd.DataFrame(one.adjustment[:, 1:], columns=["a", "b"])
        frame["t"], frame["y"] = one.treatment, one.outcome
        cells = frame.groupby(["a", "b", "t"])["y"].mean().unstack("t")
        sizes = frame.groupby(["a", "b"]).size()
        exact = ((cells[1.0] - cells[0.0]) * sizes).sum() / sizes.sum()
        assert found.estimate == pytest.approx(exact, abs=1e-9)
        theirs.append(DOWHY["propensity_matching"](one) - exact)
    assert max(np.abs(theirs)) > 0.05


def test_perfect_separation_and_missing_overlap_are_sentences() -> None:
    base = np.linspace(-1, 1, 200)
    columns = np.column_stack([np.ones(200), base])
    separated = EstimationProblem((base > 0).astype(float), (base > 0.3).astype(float), columns)
    for name in DOWHY:
        said = estimated(name, separated)
        assert isinstance(said, str)
        assert "perfectly" in said or "rarer outcome" in said, name
    numbers = EstimationProblem(problem(0).treatment, np.arange(800.0), problem(0).adjustment)
    said = estimated("glm", numbers)
    assert isinstance(said, str)
    assert "0/1" in said


def test_clipping_is_told() -> None:
    rng = np.random.default_rng(0)
    cause = rng.normal(size=2000) * 3
    treated = (rng.random(2000) < expit(2 * cause)).astype(float)
    one = EstimationProblem(treated, rng.normal(size=2000), np.column_stack([np.ones(2000), cause]))
    found = estimated("propensity_weighting", one)
    assert not isinstance(found, str)
    assert "clipped" in found.note
