"""The closed form against plain least squares, and what it takes as dependent."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.effects.estimate.regression import Basis, dependent, fit


@given(st.integers(0, 10**6), st.integers(0, 5), st.integers(1, 3), st.integers(1, 2))
@settings(max_examples=40, deadline=None)
def test_coefficients_errors_and_leverage_are_those_of_least_squares(
    seed: int, width: int, treatments: int, outcomes: int
) -> None:
    rng = np.random.default_rng(seed)
    adjustment = rng.normal(size=(40, width)) * 10.0 ** rng.integers(-4, 5, width)
    draws = rng.normal(size=(3, treatments, 40)) + 1e3
    outcome = rng.normal(size=(40, outcomes))
    basis = Basis.of(adjustment)
    fits = fit(basis, draws, basis.residual(outcome.T))
    for draw in range(3):
        columns = np.column_stack([np.ones(40), adjustment, draws[draw].T])
        scaled = columns / np.abs(columns).max(axis=0)
        plain = (
            np.linalg.lstsq(scaled, outcome, rcond=None)[0] / np.abs(columns).max(axis=0)[:, None]
        )
        np.testing.assert_allclose(
            fits.coefficients[draw], plain[-treatments:], rtol=1e-6, atol=1e-9
        )
        np.testing.assert_allclose(fits.errors[draw].T, outcome - columns @ plain, atol=1e-7)
        hat = scaled @ np.linalg.pinv(scaled)
        np.testing.assert_allclose(fits.leverage[draw], np.diag(hat), atol=1e-8)
    assert fits.degrees == 40 - 1 - width - treatments


def test_dependent_and_constant_columns_drop_out_of_the_basis() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(2, 50))
    columns = np.column_stack([one, 1e8 * two, one - two, np.full(50, 7.0), np.zeros(50)])
    assert Basis.of(columns).rank == 3
    assert Basis.of(np.empty((50, 0))).rank == 1


def test_dependence_of_a_treatment_is_seen() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(2, 50))
    basis = Basis.of(one[:, None])
    assert dependent(basis, (3 * one + 1)[None])
    assert dependent(basis, np.stack([two, two + one]))
    assert dependent(basis, np.ones((1, 50)))
    assert not dependent(basis, two[None])
    assert not dependent(basis, 1e-9 * two[None])


@pytest.mark.parametrize("kind", ["classical", "robust", "conservative"])
def test_standard_errors_do_not_depend_on_how_contrasts_are_coded(kind: str) -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, 60)
    outcome = (codes == 1) + rng.normal(size=60)
    basis = Basis.of(rng.normal(size=(60, 2)))
    residual = basis.residual(outcome[None])
    found = []
    # From value 1 to value 2, asked of two codings of the same treatment.
    for coded, contrast in (((1, 2), [-1.0, 1.0]), ((0, 1), [0.0, -1.0])):
        rows = np.stack([codes == k for k in coded]).astype(float)
        fits = fit(basis, rows[None], residual)
        asked = np.array([contrast])
        error = fits.standard_errors(asked, kind)[0, 0, 0]  # type: ignore[arg-type]
        found.append((fits.effects(asked)[0, 0, 0], error))
    assert found[0] == pytest.approx(found[1], rel=1e-10)
    assert found[0][1] > 0
