"""The causal loss on trial, small: rows go on where they stopped, and the page adds them up."""

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "experiments" / "causal_loss"
SMALL = ("--documents", "150", "--epochs", "1", "--test-documents", "40", "--seeds", "0", "1")


@pytest.fixture
def experiment(monkeypatch):
    """The experiment's folder as modules."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import importlib

    return importlib.import_module("run")


@pytest.fixture(autouse=True)
def _unloaded(monkeypatch):
    """Other experiments have a `run`, too."""
    import sys

    before = set(sys.modules)
    yield
    for name in ("run", "causal_loss_measure", "causal_loss_page"):
        if name not in before:
            sys.modules.pop(name, None)


def test_every_term_trains_and_a_second_run_trains_nothing_again(experiment, tmp_path, monkeypatch):
    terms = ["none", "graph, discovered", "interventions, afterwards"]
    words = [*SMALL, "--folder", str(tmp_path), "--terms", *terms]
    monkeypatch.setitem(experiment.GRID, "graph, discovered", (1.0,))
    experiment.main(words)
    rows = {path.name: json.loads(path.read_text()) for path in (tmp_path / "rows").glob("*.json")}
    assert len(rows) == 6
    assert rows["none_0_0.json"]["discovered"] is None
    assert rows["graph_discovered_1_0.json"]["discovered"] is not None
    for row in rows.values():
        assert 0 <= row["accuracy_reversed"] <= 1
        assert row["attention_cause"] + row["attention_shortcut"] <= 1
        assert -1 <= row["effect_shortcut"] <= 1
        assert row["term_graph"] > 0
    page = (tmp_path / "README.md").read_text()
    assert "| graph, discovered | 1 | 2 |" in page
    assert (tmp_path / "causal_loss.png").stat().st_size > 10_000
    monkeypatch.setattr(experiment, "measure", None)
    (tmp_path / "README.md").unlink()
    experiment.main(words)
    assert (tmp_path / "README.md").read_text() == page


def test_rows_of_other_settings_are_not_mixed(experiment, tmp_path):
    words = ["--folder", str(tmp_path), "--terms", "none"]
    experiment.main([*SMALL[:-1], *words])
    with pytest.raises(SystemExit, match="1 rows in rows are of other settings"):
        experiment.main([*words, "--page"])


def test_the_page_holds_means_and_intervals_over_seeds(experiment):
    def row(term, weight, seed, reversed_):
        keys = [*experiment.page.__globals__["FIGURES"], "term_graph", "term_interventions"]
        keys += ["effect_by_detours", "effect_directly"]
        row = dict.fromkeys([*keys, "loss_train", "cpu_seconds"], 0.5)
        row |= {"accuracy_reversed": reversed_, "term": term, "weight": weight, "seed": seed}
        return {**row, "commit": "abc", "versions": {"torch": "2"}}

    rows = [row("graph", 1.0, 0, 0.5), row("graph", 1.0, 1, 0.7), row("none", 0.0, 0, 0.1)]
    known = {
        "command": "c",
        "mechanism": "m",
        "documents": 1,
        "label_noise": 0.2,
        "epochs": 1,
        "learning_rate": 1,
        "test_documents": 1,
        "strengths": {"in": 0.95},
    }
    page = experiment.page(known, rows)
    # Student's t with one degree of freedom: 12.706 * 0.1.
    assert "| graph | 1 | 2 | 0.500 ± 0.000 | 0.500 ± 0.000 | 0.600 ± 1.271 |" in page
    assert "| none | 0 | 1 | 0.500 | 0.500 | 0.100 |" in page
    assert page.index("| none | 0 |") < page.index("| graph | 1 |")
    assert "| graph | 1 | 0.50 (0.50) | 0.70 (0.50) |" in page


def test_the_telling_trainings_come_first(experiment):
    jobs = list(experiment.jobs(list(experiment.GRID), [0, 1]))
    assert len(jobs) == len(set(jobs)) == 2 * sum(map(len, experiment.GRID.values()))
    assert jobs[0] == ("none", 0.0, 0)
    weights = [weight for _, weight, _ in jobs]
    assert weights == sorted(weights, key=experiment.FIRST.index)
    assert set(experiment.GRID) == set(experiment.TERMS)
