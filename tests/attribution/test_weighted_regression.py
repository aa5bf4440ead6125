"""Weighted ridge against scikit-learn, its errors against statsmodels."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from causattn.attribution.explainers.shared.weighted_regression import weighted_ridge


@pytest.fixture
def data():
    rng = np.random.default_rng(2)
    rows = (rng.random((60, 4)) < 0.5).astype(float)
    outcomes = rows @ [1.0, -2.0, 0.0, 0.5] + rng.normal(size=60) * (1 + rows[:, 0])
    return rows, outcomes, rng.uniform(0.2, 3, size=60)


@pytest.mark.parametrize("penalty", [0.0, 0.5, 5.0])
def test_coefficients_are_scikit_learns(data, penalty):
    rows, outcomes, weights = data
    expected = Ridge(alpha=penalty).fit(rows, outcomes, sample_weight=weights).coef_
    assert np.allclose(weighted_ridge(rows, outcomes, weights, penalty)[0], expected)


def test_errors_without_penalty_are_those_of_statsmodels(data):
    models = pytest.importorskip("statsmodels.api")
    rows, outcomes, weights = data
    fitted = models.WLS(outcomes, models.add_constant(rows), weights=weights).fit(cov_type="HC1")
    coefficients, errors = weighted_ridge(rows, outcomes, weights, 0.0)
    assert np.allclose(coefficients, fitted.params[1:])
    assert np.allclose(errors, fitted.bse[1:])


def test_errors_are_unknown_where_there_are_no_more_rows_than_unknowns(data):
    rows, outcomes, weights = (part[:5] for part in data)
    assert np.isnan(weighted_ridge(rows, outcomes, weights, 0.0)[1]).all()


def test_a_column_that_never_varies_gets_nothing(data):
    rows, outcomes, weights = data
    rows = np.column_stack([rows, np.ones(len(rows))])
    coefficients, _ = weighted_ridge(rows, outcomes, weights, 0.0)
    assert np.isclose(coefficients[-1], 0)
    assert np.allclose(coefficients[:-1], weighted_ridge(rows[:, :-1], outcomes, weights, 0.0)[0])
