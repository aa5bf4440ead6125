"""How attention was read, in words."""

from types import SimpleNamespace

import pytest

from causattn.attention import METHODS
from causattn.report.words.attention import (
    attention_lines,
    capture_line,
    query_line,
    reading_line,
)


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


@pytest.mark.parametrize(
    ("about", "line"),
    [
        (
            {"layers_without_attention": [0, 1, 2]},
            "Layers without attention: 0, 1, 2; rollout and flow go past them",
        ),
        (
            {"measures_left_out": ["rollout"]},
            "Left out: rollout, which follows the tokens of one stack, where this attention goes "
            "from decoder to encoder",
        ),
        (
            {"sink_shares": [0.17, 0.0, 0.313]},
            "The model's own sinks, which are no tokens, take 0% to 31% of a layer's attention",
        ),
        (
            {"sink_attention": 0.451, "sinks": "keep"},
            "Sinks: 45% of attention goes to the first token and special ones, and was left "
            "(attention.sinks=keep)",
        ),
    ],
)
def test_what_is_unusual_is_said_and_nothing_else(about, line):
    found = attention_lines(SimpleNamespace(summary={"attention": about}))
    assert [each for each in found if each] == [line]
    for name in about:
        for nothing in ({}, {name: None}, {name: []}, {name: "x"}):
            assert not any(attention_lines(SimpleNamespace(summary={"attention": nothing})))
