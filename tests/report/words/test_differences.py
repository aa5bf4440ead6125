from pathlib import Path

import pytest

from causattn.graphs import CausalGraph, Mark
from causattn.report.words.differences import (
    all_names,
    edge_sides,
    joint_edges,
    metric_rows,
    rows_of_tests,
    setting_rows,
)
from causattn.results import Run

ISOLATES = dict.fromkeys(map(ord, "\u2068\u2069"))
"""What keeps names from turning what stands around them."""


class Made(Run):
    """A run of which only the graph matters."""

    def __init__(self, graph: CausalGraph, base: Run) -> None:
        super().__init__(base.folder)
        self.__dict__["graph"] = graph


def graph(names: str, edges: str, separating=()) -> CausalGraph:
    """Return a graph over letters, its edges such as "a>b b-c"."""
    marks = [[0] * len(names) for _ in names]
    for a, symbol, b in edges.split():
        i, j = names.index(a), names.index(b)
        marks[i][j] = Mark.ARROW if symbol == ">" else Mark.TAIL
        marks[j][i] = Mark.TAIL
    sets = {
        (names.index(pair[0]), names.index(pair[1])): [tuple(names.index(k) for k in given)]
        for pair, given in separating
    }
    return CausalGraph(tuple(names), marks, separating_sets=sets)


@pytest.fixture
def base(run_in, tmp_path: Path) -> Run:
    return run_in(tmp_path / "base")


def test_whose_edge_is_each(base: Run) -> None:
    first = Made(graph("abcd", "a>b b-c c>d"), base)
    # The same variables in another order, and one more.
    second = Made(graph("dcbae", "a>b c>b a>e"), base)
    names = all_names((first, second))
    assert names == ["a", "b", "c", "d", "e"]
    found = {
        (names[i], names[j]): (symbol, whose)
        for i, j, symbol, whose in joint_edges((first, second))
    }
    assert found == {
        ("a", "b"): ("-->", "both"),
        ("b", "c"): ("---", "turned"),
        ("c", "d"): ("-->", "only A"),
        ("a", "e"): ("-->", "only B"),
    }
    sides = edge_sides((first, second))
    assert sides["1,2"][0] == ["edge", "—", "←"]
    assert sides["2,3"][0] == ["edge", "→", "none"]


def test_tests_are_in_order_of_what_they_decided(base: Run) -> None:
    first = Made(graph("abcd", "a>b", [("ac", ""), ("bd", "a"), ("cd", "ab")]), base)
    second = Made(graph("abcd", "a>c", [("ab", "d"), ("cd", "a")]), base)
    rows = [[text.translate(ISOLATES) for text in row] for row in rows_of_tests((first, second))]
    assert rows == [
        ["a · c", "separated by nothing", "joined: a → c"],
        ["a · b", "joined: a → b", "separated by d"],
        ["b · d", "separated by a", "not joined, no separating set"],
        ["c · d", "separated by a, b", "separated by a"],
    ]
    assert rows_of_tests((first, first)) == []


def test_figures_and_settings_stand_side_by_side(run_in, tmp_path: Path) -> None:
    runs = [
        run_in(tmp_path / kind, config={"seed": 0, "discovery": {"kind": kind, "alpha": alpha}})
        for kind, alpha in (("pc", 0.01), ("ges", 0.01))
    ]
    sides = (runs[0], runs[1])
    assert setting_rows(sides) == [["discovery.kind", "pc", "ges"]]
    rows = {row[0]: row[1:] for row in metric_rows(sides)}
    assert rows["SHD to the truth"] == [3, 3, 0]
    assert rows["candidate AUC"] == [0.93, 0.93, 0]
