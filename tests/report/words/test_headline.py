"""What a run says of its model: figures, and a warning where it learned next to nothing."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from causattn.attention import METHODS
from causattn.graphs import CausalGraph
from causattn.report.words.headline import (
    candidate_line,
    capture_line,
    cheaper_line,
    model_line,
    query_line,
    reading_line,
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


def test_nothing_is_said_of_a_model_that_was_not_trained_here():
    assert model_line(SimpleNamespace(summary={"model": {"kind": "hf"}})) == ""
    assert model_line(SimpleNamespace(summary={})) == ""


def test_a_model_that_reads_on_is_said_to_be_asked_at_the_word_itself():
    figures = {"attention": {"query": "observed"}, "model": {"task": "causal"}}
    assert "attention=next" in query_line(SimpleNamespace(summary=figures))
    for room, about in (("attention", {"query": "next"}), ("model", {"task": "classifier"})):
        assert query_line(SimpleNamespace(summary={**figures, room: about})) == ""
    assert query_line(SimpleNamespace(summary={})) == ""


def test_how_attention_was_captured_is_said():
    about = {"capture": "hooks on eager modules", "device": "cuda", "documents": 200}
    line = capture_line(SimpleNamespace(summary={"attention": about}))
    assert line == (
        "Attention read by hooks on the model's own attention modules on cuda, 200 documents"
    )
    said = {
        capture_line(SimpleNamespace(summary={"attention": {**about, "capture": way}}))
        for way in METHODS
    }
    assert len(said) == len(METHODS)
    assert not any("eager" in line or "function on" in line for line in said)  # in plain words
    for missing in about:
        some = {name: value for name, value in about.items() if name != missing}
        assert capture_line(SimpleNamespace(summary={"attention": some})) == ""
    assert capture_line(SimpleNamespace(summary={})) == ""


def test_documents_cut_at_the_models_length_are_said():
    about = {"documents": 200, "documents_truncated": 12, "mentions_without_token": 40}
    line = reading_line(SimpleNamespace(summary={"attention": about}))
    assert "12 of 200 documents" in line
    assert "40 occurrences" in line
    for nothing in ({"documents": 200, "documents_truncated": 0}, {}):
        assert reading_line(SimpleNamespace(summary={"attention": nothing})) == ""


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
