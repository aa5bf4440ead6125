"""The published golden case, and the test of independence against plain formulas."""

import numpy as np
import pytest
from causallearn.utils.cit import CIT
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.attention import abcd_correlation
from causattn.base import CapabilityError, ConfigError, DataError
from causattn.discovery import AttentionTest, abcd

GOLDEN = np.array(
    [
        [0.60, 0.20, 0.10, 0.05, 0.05],
        [0.30, 0.50, 0.10, 0.05, 0.05],
        [0.05, 0.25, 0.50, 0.15, 0.05],
        [0.05, 0.05, 0.30, 0.50, 0.10],
        [0.05, 0.05, 0.05, 0.25, 0.60],
    ]
)
CHAIN = {(0, 1), (1, 2), (2, 3), (3, 4)}


def pairs(graph):
    return {(int(i), int(j)) for i, j in np.argwhere(np.triu(graph.skeleton()))}


@pytest.mark.parametrize("search", ["icd", "pc"])
@pytest.mark.parametrize(
    ("samples", "rule", "expected"),
    [
        (64, "two-sided", CHAIN),
        (64, "legacy", CHAIN),
        (128, "two-sided", CHAIN),
        (128, "legacy", CHAIN),
        (768, "legacy", CHAIN),
        (768, "two-sided", CHAIN | {(0, 2), (1, 3), (2, 4)}),
    ],
)
def test_golden_case(samples, rule, expected, search):
    graph = abcd(GOLDEN, samples=samples, rule=rule, search=search)
    assert pairs(graph) == expected


def test_golden_p_values():
    test = AttentionTest(abcd_correlation(GOLDEN), 768)
    assert test.p_value(0, 4) == pytest.approx(6.132e-09, rel=1e-3)
    assert test.p_value(0, 3, (2,)) == pytest.approx(0.9231, abs=1e-4)
    assert test.p_value(0, 4, (1, 2)) == pytest.approx(0.02019, abs=1e-5)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_p_values_are_fisher_z_on_data_of_that_correlation(seed):
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(80, 5)) @ rng.normal(size=(5, 5))
    reference = CIT(data, "fisherz")
    test = AttentionTest(np.corrcoef(data.T), 80)
    for given_nodes in ((), (2,), (2, 4)):
        expected = reference(0, 1, given_nodes)
        assert test.p_value(0, 1, given_nodes) == pytest.approx(expected, abs=1e-9)


def test_legacy_rule_calls_every_negative_correlation_independence():
    correlation = np.array([[1.0, -0.9], [-0.9, 1.0]])
    assert AttentionTest(correlation, 100, "legacy").p_value(0, 1) == 1.0
    assert AttentionTest(correlation, 100).p_value(0, 1) < 1e-9


def test_subset_of_tokens_keeps_the_correlations_of_the_whole():
    whole = AttentionTest(abcd_correlation(GOLDEN), 768)
    part = abcd(GOLDEN, samples=768, tokens=[0, 4], names=["first", "last"])
    assert part.names == ("first", "last")
    assert bool(part.skeleton()[0, 1]) == (whole.p_value(0, 4) <= 0.01)


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"attention": GOLDEN[:3]}, DataError, "square matrix"),
        ({"attention": np.zeros((3, 3))}, DataError, "row of zeros"),
        ({"samples": 3}, CapabilityError, "needs more than"),
        ({"rule": "one-sided"}, ConfigError, "rule=one-sided"),
        ({"search": "ges"}, ConfigError, "search=ges"),
        ({"alpha": 0.0}, ConfigError, "alpha"),
    ],
)
def test_bad_input_is_a_sentence(change, error, sentence):
    given_arguments = {"attention": GOLDEN, "samples": 768, **change}
    with pytest.raises(error, match=sentence):
        abcd(given_arguments.pop("attention"), **given_arguments)
