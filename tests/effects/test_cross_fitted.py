"""Cross-fitting: coverage under interactions, where additive adjustment fails."""

import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.effects import ESTIMATORS, EstimationProblem
from causattn.effects.estimators.cross_fitted import CrossFittedSettings

ESTIMATOR = ESTIMATORS["cross_fitted"]


def problem(seed: int, rows: int = 600) -> EstimationProblem:
    """Return a confounded treatment whose effect, 1 on average, grows with a squared cause."""
    rng = np.random.default_rng(seed)
    cause = rng.normal(size=(rows, 2))
    treated = rng.random(rows) < 1 / (1 + np.exp(1 - cause[:, 0] ** 2))
    outcome = treated * cause[:, 0] ** 2 + 2 * cause[:, 0] ** 2 + rng.normal(size=rows)
    columns = np.column_stack([np.ones(rows), cause])
    return EstimationProblem(treated.astype(float), outcome, columns)


def test_intervals_hold_the_mean_effect() -> None:
    inside, additive = [], []
    for seed in range(60):
        one = problem(seed)
        for name, into in (("cross_fitted", inside), ("doubly_robust", additive)):
            found = ESTIMATORS[name].estimate(one, ESTIMATORS[name].settings())
            assert not isinstance(found, str)
            into.append(abs(found.estimate - 1.0) <= 1.96 * found.standard_error)
    assert np.mean(inside) > 0.85
    assert np.mean(additive) < 0.2


def test_trees_learn_it_too() -> None:
    found = ESTIMATOR.estimate(problem(0, 3000), CrossFittedSettings(folds=2, learner="trees"))
    assert not isinstance(found, str)
    assert abs(found.estimate - 1.0) <= 3 * found.standard_error


def test_the_rows_effects_are_those_of_other_rows() -> None:
    """An outcome of noise alone, many columns: learned on the same rows it would be overfitted."""
    errors = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        columns = np.column_stack([np.ones(200), rng.normal(size=(200, 8))])
        treated = (rng.random(200) < 0.5).astype(float)
        found = ESTIMATOR.estimate(
            EstimationProblem(treated, rng.normal(size=200), columns), CrossFittedSettings()
        )
        assert not isinstance(found, str)
        errors.append(found.estimate / found.standard_error)
    assert np.std(errors) < 1.5


def test_what_cannot_be_is_a_sentence() -> None:
    with pytest.raises(ConfigError, match="folds=1 is too few"):
        CrossFittedSettings(folds=1)
    one = problem(0, 100)
    few = EstimationProblem(np.arange(100.0) < 3, one.outcome, one.adjustment)
    assert "choose estimator=standardised" in str(ESTIMATOR.estimate(few, CrossFittedSettings()))
