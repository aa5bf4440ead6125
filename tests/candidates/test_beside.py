"""Mutual information against scikit-learn and closed forms."""

import importlib

import numpy as np
from sklearn.feature_selection import f_classif
from sklearn.metrics import mutual_info_score

from causattn.candidates import SELECTORS, mutual_information_screen, screens_beside
from causattn.candidates.beside import LONGEST


def test_discrete_pairs_equal_scikit_learn(table_of):
    rng = np.random.default_rng(0)
    values = rng.integers(0, 4, size=(500, 5))
    values[:, 1] = (values[:, 0] + (rng.random(500) < 0.3)) % 4
    found = mutual_information_screen(table_of(values))
    for i in range(5):
        for j in range(5):
            expected = 0 if i == j else mutual_info_score(values[:, i], values[:, j])
            assert abs(found[i, j] - expected) < 1e-12


def test_gaussian_pairs_are_minus_half_log_one_minus_r_squared(table_of):
    rng = np.random.default_rng(1)
    values = rng.multivariate_normal([0, 5, 0], [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 9]], size=2000)
    found = mutual_information_screen(table_of(values, continuous=(0, 1, 2)))
    correlation = np.corrcoef(values.T)
    np.testing.assert_allclose(found[0, 1], -0.5 * np.log(1 - correlation[0, 1] ** 2))
    np.testing.assert_allclose(found, found.T)
    assert (found.diagonal() == 0).all()
    assert found[0, 2] < 0.01


def test_mixed_pairs_use_the_variance_explained(table_of):
    rng = np.random.default_rng(2)
    groups = rng.integers(0, 3, size=900)
    values = np.stack([groups, rng.normal(groups, 1.0), rng.normal(size=900)], axis=1)
    found = mutual_information_screen(table_of(values, continuous=(1, 2)))
    f_value = f_classif(values[:, 1:], groups)[0]
    explained = f_value * 2 / (f_value * 2 + 900 - 3)
    np.testing.assert_allclose(found[0, 1:], -0.5 * np.log(1 - explained))
    np.testing.assert_allclose(found[1:, 0], found[0, 1:])


def test_columns_that_determine_each_other_stay_finite(table_of):
    rng = np.random.default_rng(3)
    x = rng.normal(size=100)
    found = mutual_information_screen(table_of(np.stack([x, -2 * x], axis=1), continuous=(0, 1)))
    assert 15 < found[0, 1] < 19


def test_blocks_of_columns_and_rows_change_no_bit(table_of, monkeypatch):
    """Counts are whole numbers, whatever the order in which they are added."""
    rng = np.random.default_rng(3)
    codes = np.stack([rng.integers(0, 2 + k % 4, 700) for k in range(9)], axis=1)
    codes[codes == 1] = 4  # a value that does not occur lies between
    whole = mutual_information_screen(table_of(codes))
    module = importlib.import_module("causattn.candidates.beside")
    monkeypatch.setattr(module, "_COLUMNS", 2)
    monkeypatch.setattr(module, "_ROWS", 64)
    np.testing.assert_array_equal(mutual_information_screen(table_of(codes)), whole)
    for i, j in ((0, 5), (3, 8)):
        expected = mutual_info_score(codes[:, i], codes[:, j])
        assert abs(whole[i, j] - expected) < 1e-12


def test_one_variable_has_no_screens(table_of):
    """The search says that there is nothing to find."""
    values = np.random.default_rng(0).integers(0, 2, (50, 1))
    assert screens_beside({"kind": "none"}, table_of(values), {}) == {}


def test_trees_of_many_values_take_long_however_few_the_documents(table_of):
    """As in mildew: 35 variables of up to 100 values took a minute at 500 documents."""
    rng = np.random.default_rng(0)
    many, few = (table_of(rng.integers(0, top, (100, 12))) for top in (60, 2))
    trees = SELECTORS["trees"]
    assert trees.seconds(few) < LONGEST < trees.seconds(many)
