import io
import re
from collections.abc import Callable

import pytest
from rich.console import Console

from causattn.base import visible
from causattn.report import print_run
from causattn.report.words import number
from causattn.results import Run


def printed(run: Run, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_run(run, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_edges_stand_with_their_evidence(made_run: Callable[..., Run]) -> None:
    run = made_run()
    said = printed(run)
    for edge in run.graph.edges():
        (line,) = [
            line
            for line in said.splitlines()
            if f"{edge.source} " in line and edge.target in line and ": " not in line
        ]
        if edge.symbol == "-->":
            assert "[" in line
            assert "/3" in line
    assert re.search(r"Effect in data: on P\(.+ = .+\), .+ to .+\.", said)
    assert "Missing: " in said
    assert "Candidates: 6 of 28 pairs; against the true skeleton AUC 0.9" in said
    assert "SHD 3" in said
    assert re.search(r"Time: \d+\.\d s \(corpus 1\.2 s, model 30\.1 s\)\.", said)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_it_fits_the_terminal(made_run: Callable[..., Run], width: int) -> None:
    assert max(len(line) for line in printed(made_run(), width).splitlines()) <= width


def test_without_truth_and_without_edges(made_run: Callable[..., Run]) -> None:
    said = printed(made_run(names=("a", "b"), edges=(), with_truth=False))
    assert "The graph has no edges." in said
    assert "Missing" not in said


def test_markup_and_controls_in_names_are_text(made_run: Callable[..., Run]) -> None:
    names = ("[bold]a[/bold]", "\x1b]0;title\x07", "[link=x]y", "d\ne")
    said = printed(made_run(names=names, edges=((0, 1), (1, 2), (2, 3), (0, 3))), 200)
    assert "[bold]a[/bold]" in said
    assert "\x1b" not in said
    assert "\\x1b]0;title\\x07" in said


def test_long_lists_say_what_they_leave_out(made_run: Callable[..., Run]) -> None:
    names = tuple(f"x{k}" for k in range(12))
    edges = tuple((i, j) for i in range(12) for j in range(i + 1, 12))
    run = made_run(names=names, edges=edges)
    assert f"and {run.graph.edge_count - 30} more edges in report.html" in printed(run)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.123456, "0.123"),
        (12.3456, "12.3"),
        (1234.5, "1234"),
        (20000, "20\u202f000"),
        (3.0, "3"),
        (0.00001234, "1.2e-05"),
        (None, "–"),
        (float("nan"), "–"),
        (-0.5, "-0.5"),
    ],
)
def test_numbers_for_people(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_visible_text() -> None:
    assert visible("a\tb") == "a\\tb"
    assert visible("abcdef", 4) == "abc…"
    assert visible("שלום 名前") == "שלום 名前"
