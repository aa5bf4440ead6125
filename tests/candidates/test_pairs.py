"""p-values by pairs: uniform where nothing depends on anything, also where pairs differ by bias."""

import numpy as np
import pytest
from scipy import stats

from causattn.base import ConfigError, DataError
from causattn.candidates import select_candidates
from causattn.candidates.bias import bias_of, distances
from causattn.candidates.pairs import NullDraw, p_values_by_bulk, p_values_by_pairs
from causattn.corpora import Mentions

SIZE = 12
ALL = np.ones(SIZE, dtype=bool)
UPPER = np.triu_indices(SIZE, 1)


def symmetric(rng: np.random.Generator, effect: np.ndarray | float = 0.0) -> np.ndarray:
    """Log-normal strengths, with a level a variable where `effect` is given."""
    noise = np.triu(rng.normal(-3, 0.4, size=(SIZE, SIZE)), 1)
    level = np.zeros(SIZE) + effect
    return np.exp(noise + noise.T + level[:, None] + level)


@pytest.mark.parametrize("tail", ["empirical", "log_normal"])
@pytest.mark.parametrize("biased", [False, True])
def test_uniform_under_the_null(tail, biased):
    """Pairs of one table share their null, so that tables and not pairs are independent."""
    rng = np.random.default_rng(2)
    means, small = [], []
    for _ in range(150):
        level = rng.uniform(1, 4, SIZE)
        effect = level if biased else 0.0
        draws = [NullDraw(symmetric(rng, effect), ALL) for _ in range(3)]
        removed = [level[:, None] + level] if biased else []
        p_value = p_values_by_pairs(symmetric(rng, effect), draws, tail, removed)[UPPER]
        means.append(p_value.mean())
        small.append((p_value < 0.05).mean())
    for values, expected in ((means, 0.5), (small, 0.05)):
        error = stats.sem(values)
        assert abs(np.mean(values) - expected) < 3 * error + 0.005


def test_bias_that_is_left_in_makes_p_values_of_biased_pairs_small():
    rng = np.random.default_rng(3)
    level = np.where(np.arange(SIZE) < 2, 2.0, 0.5)
    draws = [NullDraw(symmetric(rng, level), ALL) for _ in range(3)]
    observed = symmetric(rng, level)
    kept = p_values_by_pairs(observed, draws, "empirical")
    removed = p_values_by_pairs(observed, draws, "empirical", [level[:, None] + level])
    assert np.median(kept[:2, 2:]) < 0.3
    assert 0.2 < np.median(removed[:2, 2:]) < 0.8


def test_what_is_alike_or_unknown_removes_nothing():
    rng = np.random.default_rng(9)
    draws, observed = [NullDraw(symmetric(rng), ALL)], symmetric(rng)
    unknown = np.where(ALL[:, None] & ALL, np.nan, 0)
    alike = 4 + 0.01 * symmetric(rng)
    plain = p_values_by_pairs(observed, draws, "log_normal")
    found = p_values_by_pairs(observed, draws, "log_normal", [unknown, alike])
    np.testing.assert_array_equal(found, plain)


def test_the_bulk_by_hand_and_pairs_that_stand_out():
    rng = np.random.default_rng(10)
    observed = symmetric(rng)
    observed[0, 1] = observed[1, 0] = 5.0
    p_value = p_values_by_bulk(observed)
    logs = np.log(observed[UPPER])
    low, middle = np.quantile(logs, [stats.norm.cdf(-1), 0.5])
    np.testing.assert_allclose(p_value[UPPER], stats.norm.sf((logs - middle) / (middle - low)))
    assert p_value[0, 1] < 1e-6
    with pytest.raises(DataError, match="too few or too alike"):
        p_values_by_bulk(np.ones((8, 8)))


def test_the_bulk_is_uniform_where_logarithms_are_normal():
    rng = np.random.default_rng(11)
    small = []
    for _ in range(300):
        p_value = p_values_by_bulk(symmetric(rng))[UPPER]
        small.append((p_value < 0.05).mean())
    # The spread is estimated from 66 pairs, which widens the tail a little.
    assert 0.045 < np.mean(small) < 0.075


def test_the_empirical_tail_by_hand():
    null = np.array([[0, 1, 2], [1, 0, 4], [2, 4, 0.0]])
    observed = np.array([[0, 8, 2], [8, 0, 1.5], [2, 1.5, 0]])
    p_value = p_values_by_pairs(observed, [NullDraw(null, np.ones(3, dtype=bool))], "empirical")
    expected = {(0, 1): 1 / 4, (0, 2): 3 / 4, (1, 2): 3 / 4}
    assert {pair: p_value[pair] for pair in expected} == expected
    assert np.isnan(np.diagonal(p_value)).all()
    assert np.array_equal(p_value, p_value.T, equal_nan=True)


def test_the_log_normal_tail_is_the_t_test_of_a_new_value():
    rng = np.random.default_rng(4)
    null, observed = symmetric(rng), symmetric(rng)
    p_value = p_values_by_pairs(observed, [NullDraw(null, ALL)], "log_normal")
    drawn = np.log(null[UPPER])
    spread = drawn.std(ddof=1) * np.sqrt(1 + 1 / len(drawn))
    expected = stats.t.sf((np.log(observed[UPPER]) - drawn.mean()) / spread, len(drawn) - 1)
    np.testing.assert_allclose(p_value[UPPER], expected)


def test_bias_is_removed_as_regression_does():
    """Against scikit-learn's fit, and leverage by its definition."""
    from sklearn.linear_model import LinearRegression

    rng = np.random.default_rng(5)
    distance = rng.uniform(1, 6, size=(SIZE, SIZE))
    distance = distance + distance.T
    null, observed = symmetric(rng, rng.normal(size=SIZE)), symmetric(rng)
    p_value = p_values_by_pairs(observed, [NullDraw(null, ALL)], "log_normal", [distance])
    design = np.column_stack([np.ones(len(UPPER[0])), distance[UPPER]])
    fit = LinearRegression().fit(design[:, 1:], np.log(null[UPPER]))
    rest = np.log(observed[UPPER]) - fit.predict(design[:, 1:])
    freedom = len(rest) - 2
    left = np.log(null[UPPER]) - fit.predict(design[:, 1:])
    sigma = np.sqrt((left**2).sum() / freedom)
    leverage = np.diagonal(design @ np.linalg.inv(design.T @ design) @ design.T)
    expected = stats.t.sf(rest / (sigma * np.sqrt(1 + leverage)), freedom)
    np.testing.assert_allclose(p_value[UPPER], expected)


def test_only_pairs_of_permuted_variables_are_null():
    rng = np.random.default_rng(6)
    null = symmetric(rng)
    null[2:, 2:] *= 1e6
    few = np.arange(SIZE) < 2
    p_value = p_values_by_pairs(symmetric(rng), [NullDraw(null, few)], "empirical")
    assert np.nanmin(p_value) >= 1 / (1 + 1 + 2 * (SIZE - 2))
    assert np.nanmedian(p_value) < 0.9


def test_pairs_without_attention_never_stand_out_and_are_no_null():
    rng = np.random.default_rng(7)
    null, observed = symmetric(rng), symmetric(rng)
    null[0, 1] = null[1, 0] = observed[2, 3] = observed[3, 2] = 0
    p_value = p_values_by_pairs(observed, [NullDraw(null, ALL)], "empirical")
    assert p_value[2, 3] == 1
    assert np.nanmin(p_value) >= 1 / (1 + len(UPPER[0]) - 1)


def test_a_null_of_equal_or_too_few_pairs():
    with pytest.raises(DataError, match="too few or too alike"):
        p_values_by_pairs(np.ones((4, 4)), [NullDraw(np.ones((4, 4)), ALL[:4])], "empirical")
    with pytest.raises(DataError, match="too few"):
        three = np.array([[0, 1, 2], [1, 0, 4], [2, 4, 0.0]])
        p_values_by_pairs(three, [NullDraw(three, ALL[:3])], "empirical", [three, three**2])


def test_distances_by_hand(table_of):
    table = table_of(np.array([[0, 1, 0], [1, 0, 1], [1, 1, 0]]))
    # Document 0 tells a b c, document 1 c b a, document 2 only a twice and then b.
    table = table.__class__(
        **{
            **vars(table),
            "carriers": Mentions(
                np.repeat([0, 1, 2], 3),
                np.array([0, 1, 2, 2, 1, 0, 0, 0, 1]),
                np.tile([0, 10, 20], 3),
                np.tile([5, 15, 25], 3),
            ),
        }
    )
    found = distances(table)
    assert found[0, 1] == pytest.approx((1 + 1 + 2) / 3)
    assert found[0, 2] == found[2, 0] == 2
    assert found[1, 2] == 1
    assert bias_of(found, found, table)["distance"] == pytest.approx(1)


def test_bias_is_told_with_the_candidates(summary_of, table_of):
    rng = np.random.default_rng(8)
    values = rng.gamma(4.0, 0.02, size=(50, 2, 2, SIZE, SIZE))
    summary, null = summary_of(values), summary_of(values[::-1] ** 1.5, permuted=["f0", "f3"])
    table = table_of(rng.integers(0, 2, size=(50, SIZE)))
    settings = {"kind": "against_null", "draws": 2, "share": 0.2}
    edges = select_candidates(settings, summary, table, null=[null, null])
    assert set(edges.about["bias"]) == {"attention", "null"}
    assert edges.about["bias"]["attention"]["distance"] is None
    assert abs(edges.about["bias"]["attention"]["entropy"]) < 0.5
    assert "2 models trained on documents with a share of 0.2" in edges.method
    assert "empirical tail" in edges.method
    bulk = select_candidates({"kind": "against_null", "against": "bulk"}, summary, table)
    assert "more than the bulk of the pairs" in bulk.method
    assert set(bulk.about["bias"]) == {"attention"}
    with pytest.raises(ConfigError, match=r"candidates\.draws=2"):
        select_candidates(settings, summary, table, null=[null])
