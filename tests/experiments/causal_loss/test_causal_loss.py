"""The causal loss on trial, small: every kind of training, and the page adds them up."""

import pandas as pd
import pytest

from causattn.reproduction import find_experiment
from experiments.causal_loss.measure import FIRST, TERMS
from experiments.causal_loss.page import FIGURES, each_seed, table


def test_every_term_trains(in_small):
    rows, page = in_small("causal_loss")
    assert len(rows) == 6
    for row in rows:
        assert 0 <= row["accuracy_reversed"] <= 1
        assert row["attention_cause"] + row["attention_shortcut"] <= 1
        assert -1 <= row["effect_shortcut"] <= 1
        assert row["term_graph"] > 0
        assert (row["discovered"] is None) == (row["term"] != "graph, discovered")
    assert "| graph, discovered | 1 | 2 |" in page


def test_the_page_holds_means_and_intervals_over_seeds():
    def row(term, weight, seed, reversed_):
        row = dict.fromkeys(FIGURES, 0.5)
        return row | {"accuracy_reversed": reversed_, "term": term, "weight": weight, "seed": seed}

    frame = pd.DataFrame(
        [row("graph", 1.0, 0, 0.5), row("graph", 1.0, 1, 0.7), row("none", 0.0, 0, 0.1)]
    )
    none, graph = table(frame, FIGURES).to_dict("records")
    # Student's t with one degree of freedom: 12.706 * 0.1.
    assert (graph["seeds"], graph["reversed"]) == (2, "0.600 ±1.271")
    assert (none["term"], none["accuracy, in"], none["reversed"]) == ("none", "0.500", "0.100")
    assert each_seed(frame).to_dict("records")[1]["seed 1"] == "0.70 (0.50)"


def test_the_telling_trainings_come_first():
    experiment = find_experiment("causal_loss")
    settings = experiment.settings()
    jobs = [job.given for job in experiment.jobs(settings)]
    assert len(jobs) == 5 * sum(map(len, settings.grid.values())) == 135
    assert (jobs[0]["term"], jobs[0]["weight"], jobs[0]["seed"]) == ("none", 0.0, 0)
    weights = [job["weight"] for job in jobs]
    assert weights == sorted(weights, key=FIRST.index)
    assert set(settings.grid) == set(TERMS)
    assert jobs[0]["learning_rate"] == pytest.approx(0.002)
