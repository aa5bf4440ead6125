"""Chi-square and G-square against causal-learn and scipy, however the tables are counted."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from causattn.base import DataError
from causattn.discovery.pc import DiscreteStatistics, run_pc
from causattn.discovery.pc.chi_square_kernel import survival
from causattn.discovery.pc.discrete import CompiledDiscrete, chi_square_p_values
from causattn.discovery.pc.groups import Groups, pack_bits

TESTS = ("chi_square", "g_square")


def compiled_measure(statistics, x, y, conditioning):
    """Return statistic, degrees of freedom and p-value of one test by the compiled search."""
    held = np.zeros((statistics.size, statistics.size), dtype=bool)
    held[x, list(conditioning)] = True
    groups = Groups(
        size=statistics.size,
        centers=np.array([x]),
        row_pointer=np.array([0, len(conditioning)]),
        rows=np.array(conditioning, dtype=np.int64),
        column_pointer=np.array([0, 1]),
        columns=np.array([y]),
        entry_centers=np.array([x]),
        second=np.zeros(1, dtype=np.uint8),
        packed_rows=pack_bits(held),
        most_rows=len(conditioning),
    )
    evaluator = CompiledDiscrete(statistics, 0.05)
    outcome = evaluator.evaluate(groups, len(conditioning), stop_at_first=False)
    assert outcome.tested.tolist() == [1]
    return outcome.statistic[0], outcome.degrees_of_freedom[0], outcome.independence[0]


def check_one_test(statistics, data, x, y, conditioning):
    from causallearn.utils.cit import CIT

    theirs = CIT(data, {"chi_square": "chisq", "g_square": "gsq"}[statistics.test])
    expected = theirs(x, y, conditioning)
    value, degrees = statistics.measure(x, y, conditioning)
    plain = float(chi_square_p_values(np.array(value), np.array(degrees)))
    assert plain == pytest.approx(expected, rel=1e-6, abs=1e-12)
    fast = compiled_measure(statistics, x, y, conditioning)
    assert fast[0] == pytest.approx(value, rel=1e-8, abs=1e-7)
    assert fast[1] == degrees
    assert fast[2] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(2, 500),
    st.lists(st.integers(2, 7), min_size=2, max_size=5),
    st.sampled_from(TESTS),
)
def test_each_statistic_is_that_of_causal_learn(seed, rows, categories, test):
    rng = np.random.default_rng(seed)
    common = rng.random(rows)
    columns = []
    for count in categories:
        mixed = np.where(rng.random(rows) < 0.4, common, rng.random(rows) ** 3)
        columns.append((mixed * count).astype(int))
    data = np.stack(columns, axis=1)
    statistics = DiscreteStatistics.from_data(data, test, allow_constant=True)
    for k in range(len(categories) - 1):
        check_one_test(statistics, data, 0, 1, tuple(range(2, 2 + k)))


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize(
    "categories",
    [(100, 3), (3, 100), (3, 3, 100), (100, 100, 5), (300, 300, 300), (4, 4, 4, 4, 4, 4, 4)],
)
def test_many_categories_and_large_sets(categories, test):
    # Beyond 64 categories there are no bit masks; tables far larger than the sample are sparse.
    rng = np.random.default_rng(1)
    common = rng.random(2000)
    data = np.stack(
        [
            (np.where(rng.random(2000) < 0.3, common, rng.random(2000)) * count).astype(int)
            for count in categories
        ],
        axis=1,
    )
    statistics = DiscreteStatistics.from_data(data, test)
    check_one_test(statistics, data, 0, 1, tuple(range(2, len(categories))))


@pytest.mark.parametrize("test", TESTS)
def test_ten_thousand_categories_take_no_table_of_their_product(test):
    rng = np.random.default_rng(2)
    data = rng.integers(0, 10_000, (30_000, 3))
    data[:, 2] = rng.integers(0, 2, 30_000)
    statistics = DiscreteStatistics.from_data(data, test)
    value, degrees = statistics.measure(0, 1, (2,))
    fast = compiled_measure(statistics, 0, 1, (2,))
    assert fast[0] == pytest.approx(value, rel=1e-9)
    assert fast[1] == degrees
    result = run_pc(statistics, alpha=0.01)
    assert result.skeleton.sum() <= 6


@pytest.mark.parametrize("test", TESTS)
def test_against_scipy(test, discrete_data):
    data = discrete_data(3, 6, 2, 5000, 4)
    statistics = DiscreteStatistics.from_data(data, test)
    for x, y in combinations(range(data.shape[1]), 2):
        table = np.zeros((data[:, x].max() + 1, data[:, y].max() + 1))
        np.add.at(table, (data[:, x], data[:, y]), 1)
        table = table[table.any(axis=1)][:, table.any(axis=0)]
        kind = "pearson" if test == "chi_square" else "log-likelihood"
        expected = chi2_contingency(table, correction=False, lambda_=kind)
        value, degrees = statistics.measure(x, y)
        assert value == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
        assert degrees == expected.dof


@settings(max_examples=300, deadline=None)
@given(st.floats(0, 5000), st.integers(1, 3000))
def test_survival_is_that_of_scipy(statistic, degrees):
    assert survival(statistic, float(degrees)) == pytest.approx(
        chi2.sf(statistic, degrees), rel=1e-9, abs=1e-290
    )


def test_survival_at_many_degrees_of_freedom():
    for degrees in (1e5, 1e7):
        for away in (-5, -1, 0, 1, 5):
            statistic = degrees + away * np.sqrt(2 * degrees)
            expected = chi2.sf(statistic, degrees)
            assert survival(statistic, degrees) == pytest.approx(expected, rel=1e-6)


def test_bits_and_any_other_coding_give_the_same(discrete_data):
    data = discrete_data(4, 12, 2, 700, 2)
    one = run_pc(DiscreteStatistics.from_data(data), alpha=0.05, rules="causal-learn")
    for other in (
        data.astype(bool),
        data.astype(np.uint8),
        data.astype(float),
        data * 1000 - 5,
        np.where(data, "yes", "no"),
        data.astype(object),
    ):
        result = run_pc(DiscreteStatistics.from_data(other), alpha=0.05, rules="causal-learn")
        assert np.array_equal(result.adjacency, one.adjacency)


def test_categories_that_do_not_occur_count_nowhere():
    codes = np.array([[0, 3], [2, 5], [0, 3], [2, 5], [5, 3]] * 10)
    statistics = DiscreteStatistics.from_data(codes)
    assert statistics.cardinalities.tolist() == [3, 2]
    assert statistics.codes.max(axis=1).tolist() == [2, 1]
    wide = DiscreteStatistics.from_data(codes * 1000)
    assert np.array_equal(wide.codes, statistics.codes)


@pytest.mark.usefixtures("compile_always")
@pytest.mark.parametrize("backend", ["compiled", "reference"])
def test_a_column_with_one_category(backend, discrete_data):
    data = discrete_data(5, 6, 2, 500, 3)
    data[:, 2] = 1
    with pytest.raises(DataError, match="Column c has one category only"):
        DiscreteStatistics.from_data(data, names="abcdef"[: data.shape[1]])
    # A bootstrap sample may have one; it is independent of everything, given anything.
    statistics = DiscreteStatistics.from_data(data, allow_constant=True)
    result = run_pc(statistics, alpha=0.05, backend=backend)
    assert not result.skeleton[2].any()
    assert (result.p_value[2][np.arange(data.shape[1]) != 2] == 1).all()


def test_bad_data_get_a_sentence():
    with pytest.raises(DataError, match="rows and columns"):
        DiscreteStatistics.from_data(np.zeros((0, 3), dtype=int))
    with pytest.raises(DataError, match="rows and columns"):
        DiscreteStatistics.from_data(np.zeros(3, dtype=int))
    table = np.ones((4, 2))
    table[1, 1] = np.nan
    with pytest.raises(DataError, match="Column y has a missing or infinite value in row 1"):
        DiscreteStatistics.from_data(table, names="xy")


def test_more_variables_than_rows(discrete_data):
    data = discrete_data(6, 30, 2, 20, 2)
    result = run_pc(DiscreteStatistics.from_data(data), alpha=0.05)
    assert result.tests_by_order[0] == data.shape[1] * (data.shape[1] - 1) // 2
