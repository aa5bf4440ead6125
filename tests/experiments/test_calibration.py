"""The calibration's experiment, in small: its truths by hand, its page, and uniform p-values."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from causattn.graphs import CausalGraph

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "calibration"
SMALL = ["corpus.documents=1000", "model.steps=20", "attention.documents=100"]


@pytest.fixture(scope="module")
def calibration():
    sys.path.insert(0, str(FOLDER))
    spec = importlib.util.spec_from_file_location("calibration_run", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(FOLDER))


@pytest.fixture
def run(calibration, tmp_path, monkeypatch):
    """Run a part in a folder of its own and return what it kept."""
    monkeypatch.chdir(FOLDER.parents[1])

    def call(*words: str) -> dict:
        own = ["--folder", str(tmp_path), "--set", f"paths.cache={tmp_path}/cache", *SMALL]
        calibration.main([*words, *own])
        return json.loads((tmp_path / "calibration.json").read_text())

    return call


def test_truths_by_hand(calibration):
    """a -> c <- b, c -> d: a and b share a child, d hears of both."""
    adjacency = np.zeros((4, 4))
    adjacency[0, 2] = adjacency[1, 2] = adjacency[2, 3] = 1
    graph = CausalGraph.from_adjacency(
        adjacency, ("a", "b", "c", "d"), direction="from row to column"
    )
    pairs = {
        name: {(int(i), int(j)) for i, j in np.argwhere(np.triu(matrix))}
        for name, matrix in calibration.truths(graph).items()
    }
    assert pairs["skeleton"] == {(0, 2), (1, 2), (2, 3)}
    assert pairs["moral"] == pairs["skeleton"] | {(0, 1)}
    assert pairs["dependent"] == pairs["skeleton"] | {(0, 3), (1, 3)}
    assert pairs["related"] == pairs["dependent"] | {(0, 1)}


def test_shares_by_hand(calibration):
    passed, true = np.array([1, 1, 1, 0, 0], bool), np.array([1, 0, 0, 1, 0], bool)
    assert calibration.shares(passed, true) == {"false": 2 / 3, "recall": 0.5}
    assert calibration.shares(~passed & passed, true) == {"false": 0.0, "recall": 0.0}


def test_both_parts_and_their_page(run, tmp_path):
    kept = run("uniform", "--seeds", "0", "--draws", "1")
    assert {row["case"]["order"] for row in kept["uniform"]} == {"fixed", "shuffled"}
    p_value = np.array(kept["uniform"][0]["p_values"]["empirical, bias removed"])
    assert p_value.shape == (45,)
    assert ((p_value > 0) & (p_value <= 1)).all()
    kept = run("networks", "asia", "--seeds", "0", "--draws", "2", "--shares", "0.5", "--steps=20")
    ways, corrections, rates = 5, 2, 3
    assert len(kept["networks"]) == ways * corrections * rates
    for row in kept["networks"]:
        for what in ("false", "recall"):
            assert 0 <= row[f"{what} skeleton"] <= 1
    assert all(str(tmp_path) not in command for command in kept["commands"])
    again = run("networks", "asia", "--seeds", "0", "--draws", "2", "--shares", "0.5", "--steps=20")
    assert again["networks"] == kept["networks"]
    page = (tmp_path / "calibration.md").read_text()
    assert "| asia | 20 x 128 | 2 x half of them permuted | 1 | 0.05 |" in page
    assert "| asia | 20 x 128 | bulk of the pairs | 1 | 0.05 |" in page
    (held,) = kept["held_out"]
    for way in held["ways"].values():
        assert len(way["null"]) == len(way["dependent"]) == 2
        for counts in way["rates"].values():
            kinds = ("permuted", "false related", "false dependent", "found")
            for each in zip(*(counts[kind] for kind in kinds), strict=True):
                assert list(each) == sorted(each)
                assert each[0] >= 0
                assert each[-1] <= 28
    assert "## Draws held out" in page
    assert (tmp_path / "calibration_qq.png").read_bytes().startswith(b"\x89PNG")


def test_a_held_out_draw_is_judged_by_its_own_permuted_variables(calibration, monkeypatch):
    """A pair with a permuted variable is false by every truth, another by its own."""
    from causattn.attention import AttentionMoments, AttentionSummary
    from causattn.corpora import load_corpus
    from causattn.features import build_features

    corpus = load_corpus({"kind": "bayesnet", "network": "survey", "documents": 300}, 0)
    table = build_features({"kind": "slots"}, corpus, None, 0)
    rng = np.random.default_rng(0)

    def draw(strong: list[tuple[int, int]], permuted: int) -> AttentionSummary:
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
    truths = {"dependent": dependent, "related": related}
    ways = sys.modules["held_out"].held_out(draws, table, truths, (0.2,))
    counts = ways["log-normal, bias left in"]["rates"]["0.2"]
    assert counts["found"][0] >= 1
    assert counts["permuted"][:2] == counts["false related"][:2] == [0, 1]
    assert counts["false dependent"][:2] == [1, 2]
    assert ways["log-normal, bias left in"]["dependent"] == [9] * 14


def test_more_draws_of_the_same_models_take_the_place_of_few(calibration):
    kept: dict = {}
    for draws, seed in ((3, 0), (8, 0), (8, 1)):
        case = {"network": "alarm", "share": 0.5, "draws": draws, "seed": seed}
        calibration.add(kept, "held_out", {"case": case})
        calibration.add(kept, "networks", {"case": case})
    assert [row["case"]["draws"] for row in kept["held_out"]] == [8, 8]
    assert len(kept["networks"]) == 3


@pytest.mark.slow
def test_p_values_are_uniform_where_nothing_depends_on_anything(calibration, tmp_path, monkeypatch):
    """Over seeds, since the pairs of one model are not independent of one another."""
    monkeypatch.chdir(FOLDER.parents[1])
    small = [f"paths.cache={tmp_path}/cache", "corpus.documents=1000", "model.steps=60"]
    found = [
        calibration.independent("shuffled", seed, 2, [*small, "attention.documents=100"])
        for seed in range(8)
    ]
    for name in ("log-normal, bias removed", "empirical, bias removed"):
        means = [np.mean(row["p_values"][name]) for row in found]
        assert stats.ttest_1samp(means, 0.5).pvalue > 0.01
        small_ones = [np.mean(np.array(row["p_values"][name]) <= 0.05) for row in found]
        assert np.mean(small_ones) < 0.05 + 3 * stats.sem(small_ones)
