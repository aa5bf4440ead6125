"""Figures over made-up searches, by hand, and what the settings refuse."""

import pandas as pd
import pytest

from causattn.base import ConfigError
from experiments.bnlearn.measure import ALGORITHMS, ALL, ATTENTION, INFORMATION
from experiments.bnlearn.page import _figures
from experiments.bnlearn.settings import Settings


def test_figures_are_paired_by_network_rows_and_seed():
    tests = {ALL: [100, 200], ATTENTION: [50, 20], INFORMATION: [60, 60]}
    distance = {ALL: [4, 6], ATTENTION: [3, 6], INFORMATION: [5, 9]}
    # In this order, which must not matter.
    order = ((ATTENTION, 1), (ALL, 0), (INFORMATION, 1), (ALL, 1), (ATTENTION, 0), (INFORMATION, 0))
    rows = [
        {
            "network": "asia",
            "rows": 500,
            "seed": seed,
            "algorithm": algorithm,
            "pairs": pairs,
            "tests": tests[pairs][seed],
            "shd": distance[pairs][seed],
        }
        for algorithm in ALGORITHMS
        for pairs, seed in order
    ]
    figures = {figure.name: figure for figure in _figures(pd.DataFrame(rows))}
    share = figures["PC: tests by attention as a share of those over all pairs, mean"]
    assert share.ours == pytest.approx((0.5 + 0.1) / 2)
    assert share.note == "largest 0.50"
    assert share.outcome == "pass"
    against_all = figures["GES: SHD by attention less SHD over all pairs, mean"]
    assert against_all.ours == pytest.approx(-0.5)
    assert against_all.note == "smaller in 1, equal in 1, larger in 0 of 2"
    other = figures["BOSS: SHD by attention less SHD by mutual information, mean"]
    assert other.ours == pytest.approx(-2.5)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"networks": ["asia", "alarm"]}, r"steps says nothing of alarm"),
        ({"seeds": 0}, "at least 1"),
        ({"rows": []}, "at least one each"),
    ],
)
def test_a_wrong_setting_is_one_sentence(changed, said):
    settings = {"networks": ["asia"], "checked": [], "steps": {"asia": 1}, "rows": [10]}
    with pytest.raises(ConfigError, match=said) as caught:
        Settings(**{**settings, **changed}, study=[])
    assert "\n" not in str(caught.value)
