"""p-values are uniform where nothing depends on anything, and find what does."""

import numpy as np
import pytest
from scipy import stats

from causattn.base import ConfigError, DataError
from causattn.candidates import select_candidates
from causattn.candidates.null import discoveries, p_values_by_documents

SIZE = 12


def documents(rng: np.random.Generator, count: int, signal: float = 0.0) -> np.ndarray:
    """Attention [n, 1, 1, f, f] that varies by document; the pairs (0, 1) and (2, 3) stand out."""
    values = rng.gamma(4.0, 0.02, size=(count, 1, 1, SIZE, SIZE))
    values[..., 0, 1] += signal
    values[..., 3, 2] += signal
    return values


def upper(matrix: np.ndarray) -> np.ndarray:
    return matrix[np.triu_indices(len(matrix), 1)]


def test_by_documents_is_uniform_under_the_null(summary_of):
    rng = np.random.default_rng(0)
    found = []
    for _ in range(20):
        one, other = summary_of(documents(rng, 300)), summary_of(documents(rng, 300))
        found.append(upper(p_values_by_documents(one.measures["mean"], other.measures["mean"])))
    p_value = np.concatenate(found)
    assert stats.kstest(p_value, "uniform").pvalue > 0.01
    assert abs((p_value < 0.05).mean() - 0.05) < 0.015


def test_by_documents_agrees_with_welch(summary_of):
    rng = np.random.default_rng(1)
    one, other = documents(rng, 400), documents(rng, 500)
    p_value = p_values_by_documents(
        summary_of(one).measures["mean"], summary_of(other).measures["mean"]
    )
    welch = stats.ttest_ind(one, other, equal_var=False, alternative="greater").pvalue[0, 0]
    smaller = np.minimum(welch, welch.T)
    expected = 1 - (1 - smaller) ** 2
    # Student's tail and the normal one part by a per mille at 400 documents.
    np.testing.assert_allclose(upper(p_value), upper(expected), atol=2e-3)


@pytest.mark.parametrize("compare", ["documents", "pairs"])
def test_what_stands_out_is_found(compare, summary_of, table_of):
    rng = np.random.default_rng(3)
    summary, null = summary_of(documents(rng, 300, 0.2)), summary_of(documents(rng, 300))
    table = table_of(rng.integers(0, 2, size=(300, SIZE)))
    settings = {
        "kind": "against_null",
        "against": "permuted",
        "draws": 1,
        "share": 1.0,
        "compare": compare,
        "tail": "log_normal",
        "false_discovery_rate": 0.01,
    }
    edges = select_candidates(settings, summary, table, null=[null])
    assert edges.allowed[0, 1]
    assert edges.allowed[3, 2]
    assert edges.pair_count <= 4
    assert (edges.p_value[[0, 3], [1, 2]] < 1e-6).all()
    assert "permuted documents" in edges.method


def test_one_model_is_compared_head_by_head(summary_of, table_of):
    rng = np.random.default_rng(6)
    table = table_of(rng.integers(0, 2, size=(300, SIZE)))
    one, null = (
        summary_of(documents(rng, 300), heads_of_mean=[[0, head]], permuted=True) for head in (1, 2)
    )
    settings = {"kind": "against_null", "draws": 1, "share": 1.0, "false_discovery_rate": 0.2}
    with pytest.raises(ConfigError, match=r"chooses the heads .* \[\[0, 1\]\] .* \[\[0, 2\]\]"):
        select_candidates(settings | {"against": "permuted"}, one, table, null=[null])
    for way in (
        {"against": "trained_on_permuted"},
        {"against": "permuted", "aggregate": "rollout"},
    ):
        assert select_candidates(settings | way, one, table, null=[null]).names == one.names


def test_yekutieli_lets_through_no_more_than_hochberg():
    rng = np.random.default_rng(4)
    p_value = rng.random((SIZE, SIZE)) ** 3
    p_value = np.triu(p_value, 1) + np.triu(p_value, 1).T
    first = discoveries(p_value, 0.1, "benjamini_hochberg")
    second = discoveries(p_value, 0.1, "benjamini_yekutieli")
    assert first.sum() > second.sum()
    assert not (second & ~first).any()


def test_the_false_discovery_rate_is_held(summary_of):
    """Two true pairs of 66; the share of false ones among those found, over 60 corpora."""
    rng = np.random.default_rng(5)
    shares = []
    for _ in range(60):
        one, other = summary_of(documents(rng, 200, 0.03)), summary_of(documents(rng, 200))
        p_value = p_values_by_documents(one.measures["mean"], other.measures["mean"])
        passed = np.triu(discoveries(p_value, 0.2, "benjamini_hochberg"), 1)
        false = passed.sum() - passed[0, 1] - passed[2, 3]
        shares.append(false / max(passed.sum(), 1))
        assert passed[0, 1]
        assert passed[2, 3]
    assert 0.08 < np.mean(shares) < 0.27


def test_pairs_that_cannot_be_compared_are_nan_and_never_pass(summary_of):
    one = summary_of(np.full((1, 1, 1, 3, 3), 0.3))
    p_value = p_values_by_documents(one.measures["mean"], one.measures["mean"])
    assert np.isnan(p_value).all()
    assert not discoveries(p_value, 0.5, "benjamini_hochberg").any()
    same = summary_of(np.full((4, 1, 1, 3, 3), 0.3))
    p_value = p_values_by_documents(same.measures["mean"], same.measures["mean"])
    assert (upper(p_value) > 0.99).all()


def test_a_null_over_other_features(summary_of, table_of):
    rng = np.random.default_rng(6)
    summary, null = summary_of(documents(rng, 5)), summary_of(documents(rng, 5), query="masked")
    table = table_of(rng.integers(0, 2, size=(300, SIZE)))
    with pytest.raises(DataError, match="another query mode"):
        select_candidates({"kind": "against_null", "draws": 1}, summary, table, null=[null])
