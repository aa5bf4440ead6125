"""Where the nodes and edges of a graph go: in layers, causes above effects.

Graphviz's ``dot`` lays the graph out where it is installed; elsewhere `layers`
does, by the same recipe with simpler steps. Names never reach ``dot``: it sees numbers and sizes.
Nodes without edges would all stand in the top layer; they go below the others, in rows no wider.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from causattn.report.figures.layers import layered

BOX_HEIGHT = 0.34
LAYER_GAP = 0.52
NODE_GAP = 0.24


@dataclass(frozen=True)
class Layout:
    """Positions in inches, the origin at the lower left.

    Parameters
    ----------
    width, height
        Size of the drawing.
    centres
        float64 [p, 2], centres of the nodes' boxes.
    paths
        Per edge (i, j) the control points of cubic Bezier curves from i to j,
        float64 [3 k + 1, 2].
    """

    width: float
    height: float
    centres: np.ndarray
    paths: Mapping[tuple[int, int], np.ndarray]


def lay_out(adjacency: np.ndarray, widths: np.ndarray, *, use_dot: bool = True) -> Layout:
    """Lay a graph out.

    Parameters
    ----------
    adjacency
        0/1 [p, p], **from row to column**; there may be cycles.
    widths
        float64 [p], widths of the nodes' boxes in inches.
    use_dot
        Whether Graphviz may be used where it is installed.
    """
    linked = np.asarray(adjacency) != 0
    joined = linked.any(axis=0) | linked.any(axis=1)
    if joined.all():
        return _linked(linked, widths, use_dot)
    own = np.flatnonzero(joined)
    if len(own):
        above = _linked(linked[np.ix_(own, own)], widths[own], use_dot)
    else:
        above = Layout(0.0, 0.0, np.zeros((0, 2)), {})
    return _with_alone(above, own, widths)


def _with_alone(above: Layout, own: np.ndarray, widths: np.ndarray) -> Layout:
    """Return the layout of the nodes `own` with the others in rows below it."""
    alone = np.setdiff1d(np.arange(len(widths)), own)
    # Where nothing stands above them, about four times as wide as high.
    area = float(np.sum(widths[alone] + NODE_GAP)) * (BOX_HEIGHT + NODE_GAP)
    most = max(above.width, 2 * float(np.sqrt(area)), float(widths[alone].max()))
    centres = np.zeros((len(widths), 2))
    left, low, right = 0.0, -(LAYER_GAP if len(own) else 0.0) - BOX_HEIGHT / 2, above.width
    for node in alone:
        if left and left + widths[node] > most:
            left, low = 0.0, low - BOX_HEIGHT - NODE_GAP
        centres[node] = left + widths[node] / 2, low
        left += widths[node] + NODE_GAP
        right = max(right, left - NODE_GAP)
    raised = BOX_HEIGHT / 2 - low
    moved = np.array([(right - above.width) / 2, raised])
    centres[alone, 1] += raised
    centres[own] = above.centres + moved
    paths = {(int(own[i]), int(own[j])): path + moved for (i, j), path in above.paths.items()}
    return Layout(right, above.height + raised, centres, paths)


def _linked(adjacency: np.ndarray, widths: np.ndarray, use_dot: bool) -> Layout:
    """Return the layout of nodes each of which has an edge."""
    program = shutil.which("dot") if use_dot else None
    if program is not None and (found := _by_dot(program, adjacency, widths)) is not None:
        return found
    centres, paths = layered(
        adjacency,
        widths,
        height=BOX_HEIGHT,
        node_gap=NODE_GAP,
        layer_gap=LAYER_GAP + BOX_HEIGHT,
    )
    half = np.column_stack([widths / 2, np.full(len(widths), BOX_HEIGHT / 2)])
    everything = [centres - half, centres + half, *paths.values()]
    points = np.concatenate(everything) if len(centres) else np.zeros((1, 2))
    low, high = points.min(axis=0), points.max(axis=0)
    return Layout(
        float(high[0] - low[0]),
        float(high[1] - low[1]),
        centres - low,
        {edge: path - low for edge, path in paths.items()},
    )


def _by_dot(program: str, adjacency: np.ndarray, widths: np.ndarray) -> Layout | None:
    """Return the layout that ``dot`` makes, None where it fails."""
    lines = [
        "digraph { rankdir=TB;",
        f"nodesep={NODE_GAP}; ranksep={LAYER_GAP};",
        f'node [shape=box fixedsize=true label="" height={BOX_HEIGHT}]; edge [dir=none];',
        *(f"n{k} [width={width:.4f}];" for k, width in enumerate(widths)),
        *(f"n{i} -> n{j};" for i, j in zip(*np.nonzero(adjacency), strict=True)),
        "}",
    ]
    try:
        answer = subprocess.run(
            [program, "-Tplain"],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    centres = np.zeros((len(widths), 2))
    paths: dict[tuple[int, int], np.ndarray] = {}
    width = height = 0.0
    for line in answer.splitlines():
        kind, *rest = line.split()
        if kind == "graph":
            width, height = float(rest[1]), float(rest[2])
        elif kind == "node":
            centres[int(rest[0][1:])] = float(rest[1]), float(rest[2])
        elif kind == "edge":
            count = int(rest[2])
            points = np.array(rest[3 : 3 + 2 * count], dtype=float).reshape(count, 2)
            paths[int(rest[0][1:]), int(rest[1][1:])] = points
    return Layout(width, height, centres, paths)
