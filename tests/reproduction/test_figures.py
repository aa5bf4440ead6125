"""A figure passes where it was agreed that it may lie."""

import pytest

from causattn.reproduction import Figure, exactly, within


@pytest.mark.parametrize(
    ("ours", "outcome"), [(1.0, "pass"), (1.03, "pass"), (0.97, "pass"), (1.031, "gap")]
)
def test_figure_passes_within_its_tolerance_edges_included(ours, outcome):
    assert within("x", 1.0, ours, 0.03).outcome == outcome


@pytest.mark.parametrize(
    ("accept", "ours", "outcome", "tolerance"),
    [
        (None, 5.0, "shown", ""),
        ((180.0, None), 179, "gap", "≥ 180"),
        ((180.0, None), 180, "pass", "≥ 180"),
        ((None, 0.0), 0.1, "gap", "≤ 0"),
        ((1.0, 2.0), 1.5, "pass", "1 to 2"),
    ],
)
def test_open_ends_and_figures_only_shown(accept, ours, outcome, tolerance):
    figure = Figure("x", None, ours, accept)
    assert (figure.outcome, figure.tolerance) == (outcome, tolerance)


def test_text_passes_where_it_is_the_same():
    assert exactly("x", "5-8 5-10", "5-8 5-10").outcome == "pass"
    assert exactly("x", "5-8 5-10", "5-10 5-8").outcome == "gap"


def test_zero_tolerance_is_said_to_be_exact():
    assert within("x", 12, 12, 0).tolerance == "exact"
    assert within("x", 0.5, 0.5, 0.01).tolerance == "± 0.01"
