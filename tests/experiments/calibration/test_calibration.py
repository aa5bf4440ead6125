"""The calibration's experiment, in small: its truths by hand, its page, and uniform p-values."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from causattn.attention import AttentionMoments, AttentionSummary
from causattn.corpora import load_corpus
from causattn.features import build_features
from causattn.graphs import CausalGraph
from experiments.calibration.measure import INDEPENDENT, WAYS, held_out, shares, truths
from experiments.calibration.page import in_held_out


def test_truths_by_hand():
    """a -> c <- b, c -> d: a and b share a child, d hears of both."""
    adjacency = np.zeros((4, 4))
    adjacency[0, 2] = adjacency[1, 2] = adjacency[2, 3] = 1
    graph = CausalGraph.from_adjacency(
        adjacency, ("a", "b", "c", "d"), direction="from row to column"
    )
    pairs = {
        name: {(int(i), int(j)) for i, j in np.argwhere(np.triu(matrix))}
        for name, matrix in truths(graph).items()
    }
    assert pairs["skeleton"] == {(0, 2), (1, 2), (2, 3)}
    assert pairs["moral"] == pairs["skeleton"] | {(0, 1)}
    assert pairs["dependent"] == pairs["skeleton"] | {(0, 3), (1, 3)}
    assert pairs["related"] == pairs["dependent"] | {(0, 1)}


def test_shares_by_hand():
    passed, true = np.array([1, 1, 1, 0, 0], bool), np.array([1, 0, 0, 1, 0], bool)
    assert shares(passed, true) == {"false": 2 / 3, "recall": 0.5}
    assert shares(~passed & passed, true) == {"false": 0.0, "recall": 0.0}


def test_all_parts_and_their_page(in_small):
    rows, page = in_small("calibration")
    parts = {part: [row for row in rows if row["part"] == part] for part in
             ("uniform", "network", "held out")}  # fmt: skip
    assert {row["order"] for row in parts["uniform"]} == {"fixed", "shuffled"}
    assert {row["network"] for row in parts["uniform"]} == {INDEPENDENT}
    for row in parts["uniform"]:
        p_value = np.array(row["p_values"])
        assert p_value.shape == (45,)
        assert ((p_value > 0) & (p_value <= 1)).all()
    ways, corrections, rates = 5, 2, 3
    assert len(parts["network"]) == ways * corrections * rates
    for row in parts["network"]:
        assert all(0 <= row[f"{what} skeleton"] <= 1 for what in ("false", "recall"))
    assert len(parts["held out"]) == len(WAYS) * rates
    for row in parts["held out"]:
        kinds = ("permuted", "false related", "false dependent", "found")
        assert len(row["null"]) == len(row["dependent"]) == 2
        for each in zip(*(row[kind] for kind in kinds), strict=True):
            assert list(each) == sorted(each)
            assert 0 <= each[0] <= each[-1] <= 28
    assert "| asia | 20 x 128 | 2 x half of them permuted | 1 | 0.05 |" in page
    assert "| asia | 20 x 128 | bulk of the pairs | 1 | 0.05 |" in page
    assert "## Draws held out" in page


def test_a_held_out_draw_is_judged_by_its_own_permuted_variables():
    """A pair with a permuted variable is false by every truth, another by its own."""
    corpus = load_corpus({"kind": "bayesnet", "network": "survey", "documents": 300}, 0)
    table = build_features({"kind": "slots"}, corpus, None, 0)
    rng = np.random.default_rng(0)

    def draw(strong, permuted):
        weight = rng.uniform(0.09, 0.11, (table.size, table.size))
        for i, j in strong:
            weight[i, j] = weight[j, i] = 0.9
        count = np.full((table.size, table.size), 10)
        moments = AttentionMoments(count, *((weight * 10)[None, None] for _ in range(3)))
        about = {"permuted": [table.names[permuted]]}
        return AttentionSummary(table.names, {"mean": moments, "raw": moments}, 10, "masked", about)

    draws = [draw([(0, 1)], 5), draw([(0, 1), (4, 5)], 5), *(draw([], 5) for _ in range(12))]
    related = np.ones((table.size, table.size), dtype=bool)
    dependent = related.copy()
    dependent[0, 1] = dependent[1, 0] = False
    found = held_out(draws, table, {"dependent": dependent, "related": related})
    (row,) = (
        row for row in found if (row["way"], row["rate"]) == ("log-normal, bias left in", 0.2)
    )
    assert row["found"][0] >= 1
    assert row["permuted"][:2] == row["false related"][:2] == [0, 1]
    assert row["false dependent"][:2] == [1, 2]
    assert row["dependent"] == [9] * 14


def test_more_draws_of_the_same_models_take_the_place_of_few():
    def row(draws, seed):
        zeros = {kind: [0] * draws for kind in ("found", "permuted", "dependent")}
        zeros |= {f"false {name}": [0] * draws for name in ("dependent", "related")}
        about = {"network": "alarm", "steps": 1, "batch": 1, "draws": draws, "seed": seed}
        return {**about, "way": "w", "rate": 0.1, "null": [[0.0] * 4] * draws, **zeros}

    frame = pd.DataFrame([row(3, 0), row(8, 0), row(8, 1)])
    assert [line["draws"] for line in in_held_out(frame)] == ["8 + 8"]


@pytest.mark.slow
def test_p_values_are_uniform_where_nothing_depends_on_anything(in_small):
    """Over seeds, since the pairs of one model are not independent of one another."""
    uniform = ("uniform.seeds=8", "uniform.draws=2", "uniform.steps=60")
    rows, _ = in_small("calibration", "networks=[]", *uniform)
    for name in ("log-normal, bias removed", "empirical, bias removed"):
        found = [
            np.array(row["p_values"])
            for row in rows
            if (row["way"], row["order"]) == (name, "shuffled")
        ]
        assert stats.ttest_1samp([p.mean() for p in found], 0.5).pvalue > 0.01
        few = [np.mean(p <= 0.05) for p in found]
        assert np.mean(few) < 0.05 + 3 * stats.sem(few)
