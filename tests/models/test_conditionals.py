import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from causattn.models import conditionals
from causattn.models.conditionals import fit_conditionals, frequencies, indicators

SIZES = np.array([3, 2, 3])


@pytest.fixture
def codes() -> np.ndarray:
    rng = np.random.default_rng(0)
    a = rng.integers(0, 3, 400)
    b = (rng.random(400) < np.array([0.2, 0.5, 0.9])[a]).astype(int)
    c = np.where(rng.random(400) < 0.7, (a + b) % 3, rng.integers(0, 3, 400))
    return np.stack([a, b, c], axis=1)


@pytest.mark.parametrize("target", [0, 2])
def test_each_conditional_is_scikit_learns_regression(codes: np.ndarray, target: int) -> None:
    others = [k for k in range(3) if k != target]
    columns = indicators(codes[:, others], SIZES[others])
    peer = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(columns, codes[:, target])
    expected = -peer.predict_log_proba(columns)[np.arange(400), codes[:, target]]
    found = fit_conditionals(codes, SIZES).surprise(codes)[:, target]
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_a_regression_that_stops_early_says_so(codes: np.ndarray, monkeypatch, capsys) -> None:
    fit_conditionals(codes, SIZES)
    assert not capsys.readouterr().err
    monkeypatch.setattr(
        conditionals, "minimize", lambda *a, **k: minimize(*a, **{**k, "options": {"maxiter": 1}})
    )
    fit_conditionals(codes, SIZES)
    assert "stopped before its least loss" in capsys.readouterr().err


def test_unknown_values_teach_and_say_nothing(codes: np.ndarray) -> None:
    holed = np.concatenate([codes, np.full((50, 3), -1)])
    whole, more = fit_conditionals(codes, SIZES), fit_conditionals(holed, SIZES)
    np.testing.assert_allclose(whole.surprise(codes), more.surprise(codes), atol=0.02)
    assert np.isnan(more.surprise(holed)[400:]).all()


def test_frequencies_are_shares(codes: np.ndarray) -> None:
    found = np.exp(-frequencies(codes, SIZES).surprise(codes))
    for k in range(3):
        shares = np.bincount(codes[:, k], minlength=SIZES[k]) / 400
        np.testing.assert_allclose(found[:, k], shares[codes[:, k]], atol=0.002)
