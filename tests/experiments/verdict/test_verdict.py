"""The worlds of experiments/verdict are what they say, and claims are counted as they are."""

import numpy as np
import pandas as pd
import pytest

from causattn.graphs import CausalGraph
from experiments.verdict.cases import CASES, case, random_world
from experiments.verdict.measure import counted


def test_residuals_given_the_parents_depend_on_no_earlier_variable() -> None:
    world = random_world("linear", 8, 2.5, 0, 20_000, np.random.default_rng(3))
    adjacency, values = world.adjacency, world.values
    reach = np.linalg.matrix_power(np.eye(8, dtype=int) + adjacency, 8) > 0
    assert not (reach & reach.T & ~np.eye(8, dtype=bool)).any()  # no cycle
    for node in range(8):
        parents = values[:, adjacency[:, node]]
        left = values[:, node] - parents @ np.linalg.lstsq(parents, values[:, node], rcond=None)[0]
        before = [k for k in range(8) if not reach[node, k]]
        if before:
            assert np.abs(np.corrcoef(values[:, before].T, left)[-1, :-1]).max() < 0.03


def test_hidden_causes_join_variables_that_nothing_seen_joins() -> None:
    """Without any arrow between observed ones, what is correlated has a hidden cause."""
    world = random_world("linear", 10, 1e-9, 3, 20_000, np.random.default_rng(5))
    assert not world.adjacency.any()
    strong = np.abs(np.triu(np.corrcoef(world.values.T), 1)) > 0.05
    assert 1 <= strong.sum() <= 9


@pytest.mark.parametrize("name", list(CASES))
def test_a_case_names_arrows_between_its_columns(name: str) -> None:
    world = case(name, 2000, np.random.default_rng(0))
    assert world.values.shape == (2000, len(world.names))
    assert (np.ptp(world.values, axis=0) > 0).all()
    assert not np.diag(world.adjacency).any()
    for column, states in zip(world.values.T, world.categories, strict=True):
        assert states is None or column.max() < len(states)


def test_claims_are_counted_with_their_truth() -> None:
    chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    truth = CausalGraph.from_adjacency(chain, "abc", direction="from row to column")
    frame = pd.DataFrame({"source": ["a", "a", "c", "b"], "target": ["b", "c", "b", "c"]})
    words = {
        "robust": pd.Series([True, True, True, False]),
        "drawn": pd.Series([False, False, False, True]),
    }
    assert counted(frame, words, truth) == {
        "robust": 3,
        "robust, true": 1,
        "robust, a cause": 2,  # a causes c by way of b
        "drawn": 1,
        "drawn, true": 1,
        "drawn, a cause": 1,
    }
