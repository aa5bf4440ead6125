import shutil
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causattn.report.figures.layout import BOX_HEIGHT, lay_out

GRAPHS = st.integers(1, 9).flatmap(
    lambda size: st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))).map(
        lambda pairs: _matrix(size, pairs)
    )
)


def _matrix(size: int, pairs: list[tuple[int, int]]) -> np.ndarray:
    matrix = np.zeros((size, size), dtype=np.uint8)
    for i, j in pairs:
        if i != j and not matrix[j, i]:
            matrix[i, j] = 1
    return matrix


@given(GRAPHS)
def test_boxes_are_apart_and_every_edge_joins_its_boxes(adjacency: np.ndarray) -> None:
    widths = np.linspace(0.5, 1.5, len(adjacency))
    layout = lay_out(adjacency, widths, use_dot=False)
    for i, j in combinations(range(len(adjacency)), 2):
        apart = np.abs(layout.centres[i] - layout.centres[j])
        assert apart[0] >= (widths[i] + widths[j]) / 2 or apart[1] >= BOX_HEIGHT
    assert set(layout.paths) == {(int(i), int(j)) for i, j in np.argwhere(adjacency)}
    for (i, j), path in layout.paths.items():
        assert len(path) % 3 == 1
        for point, node in ((path[0], i), (path[-1], j)):
            away = np.abs(point - layout.centres[node])
            assert away[0] <= 1e-9
            assert away[1] == pytest.approx(BOX_HEIGHT / 2)
    half = np.column_stack([widths / 2, np.full(len(widths), BOX_HEIGHT / 2)])
    assert (layout.centres - half >= -1e-9).all()
    assert (layout.centres + half <= np.array([layout.width, layout.height]) + 1e-9).all()


@given(GRAPHS)
def test_causes_stand_above_effects_where_there_is_no_cycle(adjacency: np.ndarray) -> None:
    adjacency = np.triu(adjacency)
    layout = lay_out(adjacency, np.ones(len(adjacency)), use_dot=False)
    for i, j in np.argwhere(adjacency):
        assert layout.centres[i, 1] > layout.centres[j, 1]


def test_dot_keeps_the_nodes_in_their_places() -> None:
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    adjacency = _matrix(5, [(0, 1), (1, 2), (2, 0), (3, 4)])
    widths = np.array([0.5, 1.0, 0.7, 2.0, 0.6])
    layout = lay_out(adjacency, widths)
    assert set(layout.paths) == {(0, 1), (1, 2), (2, 0), (3, 4)}
    for (i, j), path in layout.paths.items():
        for point, node in ((path[0], i), (path[-1], j)):
            away = np.abs(point - layout.centres[node])
            assert away[0] <= widths[node] / 2 + 0.02
            assert away[1] <= BOX_HEIGHT / 2 + 0.02


def test_a_failing_dot_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: "/bin/false")
    assert set(lay_out(_matrix(2, [(0, 1)]), np.ones(2)).paths) == {(0, 1)}


@pytest.mark.parametrize("use_dot", [True, False])
@pytest.mark.parametrize("edges", [[], [(7, 30), (30, 12), (7, 3)]])
def test_nodes_without_edges_stand_below_the_others_in_rows(use_dot: bool, edges: list) -> None:
    layout = lay_out(_matrix(40, edges), np.full(40, 1.2), use_dot=use_dot)
    assert set(layout.paths) == set(edges)
    linked = sorted({node for edge in edges for node in edge})
    alone = np.setdiff1d(np.arange(40), linked)
    heights = layout.centres[alone, 1]
    assert layout.width < 12  # in one row they would take 57 inches
    assert len(np.unique(heights)) > 3
    assert (np.diff(heights) <= 0).all()
    if linked:
        assert layout.centres[linked, 1].min() > heights.max()
    half = np.array([0.6, BOX_HEIGHT / 2])
    assert (layout.centres - half >= -0.02).all()
    assert (layout.centres + half <= np.array([layout.width, layout.height]) + 0.02).all()
