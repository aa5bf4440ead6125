"""What a run says of its model: figures, and a warning where it learned next to nothing."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from causattn.graphs import CausalGraph
from causattn.report.words.headline import (
    candidate_line,
    cheaper_line,
    model_line,
)


@pytest.mark.parametrize(
    ("about", "figures", "warned"),
    [
        ({"loss_held_out": 0.26, "loss_marginal": 0.41}, "0.260", False),
        ({"loss_held_out": 0.4996, "loss_marginal": 0.5027}, "0.503", True),
        ({"perplexity_held_out": 3.21, "perplexity_unigram": 9.0}, "3.21", False),
        ({"perplexity_held_out": 8.9, "perplexity_unigram": 9.0}, "8.9", True),
        ({"accuracy_held_out": 0.67, "accuracy_majority": 0.335}, "0.670", False),
        ({"accuracy_held_out": 0.33, "accuracy_majority": 0.335}, "0.330", True),
    ],
)
def test_figures_and_warning(about, figures, warned):
    line = model_line(SimpleNamespace(summary={"model": about}))
    assert figures in line
    assert ("learned next to nothing" in line) is warned


@pytest.mark.parametrize(
    ("reached", "done", "says"),
    [(0.95, 700, ""), (0.6, 700, "model.width"), (0.6, 1000, "model.steps=2000")],
)
def test_a_model_below_what_a_regression_reaches_is_warned_of(reached, done, says):
    about = {"loss_held_out": 0.3, "loss_marginal": 0.4, "steps": 1000, "steps_done": done}
    line = model_line(SimpleNamespace(summary={"model": {**about, "reached": reached}}))
    assert f"{reached:.2f} of what a regression" in line
    assert f"{done:,} of at most 1,000 steps" in line
    assert ("candidates=cmi" in line) is bool(says)
    assert says in line


@pytest.mark.parametrize(
    ("done", "says"), [(150, "another model.learning_rate"), (200, "model.mlm_steps=400")]
)
def test_an_encoder_that_stopped_early_is_not_given_more_steps(done, says):
    about = {"train_mlm": True, "mlm_steps": 200, "steps_done": done, "reached": 0.6}
    losses = {"loss_held_out": 0.3, "loss_marginal": 0.4}
    line = model_line(SimpleNamespace(summary={"model": {**about, **losses}}))
    assert f"after {done} of at most 200 steps" in line
    assert f"try {says}" in line
    assert "model.width" not in line


def test_nothing_is_said_of_a_model_that_was_not_trained_here():
    assert model_line(SimpleNamespace(summary={"model": {"kind": "hf"}})) == ""
    assert model_line(SimpleNamespace(summary={})) == ""


@pytest.mark.parametrize("allowed", [True, False])
def test_a_run_without_any_candidate_says_how_far_off_it_is(allowed):
    frame = pd.DataFrame({"allowed": [allowed] * 2, "score": [0.125, 0.25]})
    run = SimpleNamespace(candidates=frame, truth=None, summary={}, config={})
    line = candidate_line(run)
    assert f"{int(allowed)} of 1 pairs" in line
    assert ("none was strong enough" in line) is not allowed
    assert ("0.25" in line) is not allowed


@pytest.mark.parametrize(
    ("attention", "cmi", "named"),
    [((3, 2, 1), (1, 2, 3), False), ((3, 2, 1), (3, 1, 2), True), ((1, 2, 3), (3, 2, 1), True)],
)
def test_a_screen_without_a_model_is_named_where_it_ranks_as_well(attention, cmi, named):
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]  # the first is the true one
    frame = pd.DataFrame(
        [
            {"source": one, "target": other, "strength": attention[k], "screen.cmi": cmi[k]}
            for k, (x, y) in enumerate(pairs)
            for one, other in ((x, y), (y, x))
        ]
    )
    adjacency = np.zeros((3, 3), dtype=bool)
    adjacency[0, 1] = True
    truth = CausalGraph.from_adjacency(
        adjacency, ["a", "b", "c"], direction="from row to column", kind="dag"
    )
    run = SimpleNamespace(candidates=frame, truth=truth, summary={}, screens=["cmi"])
    line = cheaper_line(run)
    assert ("candidates=cmi" in line) is named
    assert bool(line) is named
    run.summary = {"candidates": {"screen": "cmi"}}
    assert cheaper_line(run) == ""


def test_too_few_steps_of_a_pretrained_model_are_its_own_key():
    about = {"loss_held_out": 0.26, "loss_marginal": 0.47, "reached": 0.7, "steps_done": 200}
    trained = {**about, "train_mlm": True, "mlm_steps": 200}
    line = model_line(SimpleNamespace(summary={"model": trained}))
    assert "try model.mlm_steps=400" in line
    assert "try more model.steps" in model_line(SimpleNamespace(summary={"model": about}))
