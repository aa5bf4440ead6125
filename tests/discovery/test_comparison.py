"""Algorithms side by side: one test and one penalty, and a row for whatever happens."""

import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.discovery import ALGORITHMS, compare_algorithms
from causattn.graphs import r2_sortability, var_sortability


@pytest.fixture(scope="module")
def case(graph_of, gaussian):
    truth = graph_of("a>c b>c c>d d>e", "abcde")
    return gaussian(truth, 400, 0), truth


def test_one_test_and_one_penalty_for_all(case):
    data, truth = case
    found = compare_algorithms(
        data, ["pc", "ges", "boss", "grasp"], truth=truth, alpha=0.05, penalty=1.0
    ).set_index("label")
    assert "alpha 0.05" in found.algorithm["pc"]
    for name in ("ges", "boss", "grasp"):
        assert "penalty 1 log n" in found.algorithm[name]
    assert found.score["ges"] == pytest.approx(found.score["boss"])
    assert found.score["pc"] <= found.score["ges"] + 1e-9
    assert (found.shd >= 0).all()
    assert (found.status == "done").all()
    in_order = data[list(truth.names)].to_numpy()
    assert set(found.var_sortability) == {var_sortability(in_order, truth)}
    assert set(found.r2_sortability) == {r2_sortability(in_order, truth)}


def test_all_that_take_the_data_run_or_say_why(case, candidates_of):
    data, truth = case
    candidates = candidates_of(truth.names, truth.skeleton())
    found = compare_algorithms(data.iloc[:60], truth=truth, candidates=candidates).set_index(
        "label"
    )
    assert set(found.index) == {
        name
        for name, algorithm in ALGORITHMS.items()
        if "continuous" in algorithm.capability.data_kinds
    }
    assert set(found.status) <= {"done", "not applicable"}
    assert (found.status[["pc", "ges", "fci", "direct_lingam", "empty"]] == "done").all()
    assert found.edges["random"] == truth.edge_count
    assert found.candidates["pc"].startswith("restricted to 4 of 10")
    assert found.candidates["grasp"].startswith("not used")


def test_a_row_for_whatever_happens():
    data = np.random.default_rng(0).normal(size=(1000, 20))
    found = compare_algorithms(
        data,
        {
            "slow": {"kind": "exact", "timeout_s": 0.3},
            "wrong kind": {"kind": "mmhc"},
            "strict": {"kind": "pc", "alpha": 0.001},
        },
        alpha=0.05,
    ).set_index("label")
    assert found.status["slow"] == "timed out"
    assert found.status["wrong kind"] == "not applicable"
    assert "takes discrete data" in found.reason["wrong kind"]
    assert "alpha 0.001" in found.algorithm["strict"]


def test_an_unknown_algorithm_is_a_sentence():
    with pytest.raises(ConfigError, match="did you mean pc"):
        compare_algorithms(np.eye(4), ["pcc"])
