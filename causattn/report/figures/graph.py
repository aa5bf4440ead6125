"""The graph drawn over the truth: right, missing, extra and reversed edges distinguished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, Polygon
from matplotlib.textpath import TextPath

from causattn.base import visible
from causattn.graphs import CausalGraph
from causattn.report.figures.layout import BOX_HEIGHT, Layout, lay_out
from causattn.report.figures.palette import EDGES, INK, MUTED, PAPER, EdgeStyle
from causattn.report.words.truth import DrawnEdge, count_fates, drawing_order

_MARGIN = 0.3
_LEGEND = 0.55
_TITLE = 0.45
_LABEL_SIZE = 10.0
_LABEL_LENGTH = 28
_SUBTITLE_LENGTH = 120
_LONGEST = 22.0
_HEAD = 0.13


def graph_figure(
    graph: CausalGraph, truth: CausalGraph | None, edges: Sequence[DrawnEdge], *, use_dot: bool
) -> Figure:
    """Draw a graph, causes above effects.

    Parameters
    ----------
    graph
        The graph found.
    truth
        The true graph, whose directions the layers follow where it is known.
    edges
        The edges to draw, from `overlay` or `by_verdict`.
    use_dot
        Whether Graphviz may lay it out where it is installed.
    """
    labels = [visible(name, _LABEL_LENGTH) for name in graph.names]
    widths = np.array([_text_width(label) + 0.3 for label in labels])
    layout = lay_out(drawing_order(graph, truth), widths, use_dot=use_dot)
    legend = _legend_entries(edges)
    title, subtitle = _title(truth), visible(graph.algorithm, _SUBTITLE_LENGTH)
    words = sum(len(str(line.get_label())) for line in legend)
    least = (
        max(0.095 * len(title), 0.068 * len(subtitle), 0.075 * words + 0.72 * len(legend))
        + 2 * _MARGIN
    )
    width = max(layout.width + 2 * _MARGIN, least)
    height = layout.height + 2 * _MARGIN + _LEGEND + _TITLE
    scale = min(1.0, _LONGEST / max(width, height))
    figure = Figure(figsize=(width * scale, height * scale))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-(width - layout.width) / 2, layout.width + (width - layout.width) / 2)
    axes.set_ylim(-_MARGIN - _LEGEND, layout.height + _MARGIN + _TITLE)
    index = {name: k for k, name in enumerate(graph.names)}
    for edge in sorted(edges, key=lambda edge: edge.fate != "missing"):
        _draw_edge(axes, layout, index[edge.source], index[edge.target], edge, scale)
    for label, centre, wide in zip(labels, layout.centres, widths, strict=True):
        _draw_node(axes, label, centre, wide, scale)
    left = axes.get_xlim()[0] + _MARGIN
    axes.text(
        left,
        layout.height + _MARGIN + 0.12,
        title,
        fontsize=11.5 * scale,
        fontweight="bold",
        va="bottom",
    )
    axes.text(
        left,
        layout.height + _MARGIN + 0.05,
        subtitle,
        fontsize=8.5 * scale,
        color=MUTED,
        va="center",
    )
    axes.legend(
        handles=legend,
        loc="lower left",
        bbox_to_anchor=(_MARGIN / width, 0.05 / height),
        ncols=max(1, len(legend)),
        handlelength=3.0,
        columnspacing=1.6,
        fontsize=9 * scale,
    )
    return figure


def _title(truth: CausalGraph | None) -> str:
    return "The graph over the truth" if truth is not None else "The graph, edges by their verdict"


def _draw_node(axes: Axes, label: str, centre: np.ndarray, wide: float, scale: float) -> None:
    box = FancyBboxPatch(
        (centre[0] - wide / 2, centre[1] - BOX_HEIGHT / 2),
        wide,
        BOX_HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.09",
        facecolor=PAPER,
        edgecolor=INK,
        linewidth=0.9 * scale,
        zorder=3,
    )
    axes.add_patch(box)
    axes.text(
        centre[0],
        centre[1],
        label,
        ha="center",
        va="center_baseline",
        fontsize=_LABEL_SIZE * scale,
        zorder=4,
    )


def _draw_edge(axes: Axes, layout: Layout, i: int, j: int, edge: DrawnEdge, scale: float) -> None:
    """Draw an edge's line and the marks at its ends; only the line is dashed."""
    style = EDGES[edge.fate]
    points = layout.paths.get((i, j))
    if points is None:
        points = layout.paths[j, i][::-1]
    line = _along(points)
    depth = 2 if edge.fate != "missing" else 1
    for mark, side in ((edge.symbol[0], -1), (edge.symbol[2], 1)):
        outwards = line[::side]
        if mark in "<>":
            head, outwards = _head(outwards)
            axes.add_patch(Polygon(head, closed=True, color=style.colour, lw=0, zorder=depth))
        elif mark == "o":
            ring = Circle(outwards[-1], 0.05, facecolor=PAPER, edgecolor=style.colour, lw=1.4)
            ring.set_zorder(5)
            axes.add_patch(ring)
        line = outwards[::side]
    axes.plot(
        line[:, 0],
        line[:, 1],
        color=style.colour,
        linewidth=style.width * scale,
        linestyle=_dashes(style),
        dash_capstyle="butt",
        solid_capstyle="butt",
        zorder=depth,
    )


def _along(points: np.ndarray, steps: int = 24) -> np.ndarray:
    """Return points along a chain of cubic Bezier curves, float64 [k, 2]."""
    t = np.linspace(0.0, 1.0, steps + 1)[1:, None]
    pieces = [points[:1]]
    for k in range(0, len(points) - 1, 3):
        a, b, c, d = points[k : k + 4]
        s = 1 - t
        pieces.append(s**3 * a + 3 * s**2 * t * b + 3 * s * t**2 * c + t**3 * d)
    return np.concatenate(pieces)


def _head(line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the arrow head at the end of a line, and the line shortened to the head's base."""
    tip = line[-1]
    far = np.linalg.norm(line - tip, axis=1)
    outside = np.flatnonzero(far >= _HEAD)
    last = int(outside[-1]) if len(outside) else 0
    base = line[last]
    along = (tip - base) / max(float(np.linalg.norm(tip - base)), 1e-9)
    base = tip - along * _HEAD
    across = np.array([-along[1], along[0]]) * _HEAD * 0.42
    short = np.concatenate([line[: last + 1], [tip - along * _HEAD * 0.8]])
    return np.array([tip, base + across, base - across]), short


def _legend_entries(edges: Sequence[DrawnEdge]) -> list[Line2D]:
    """Return one line per fate that occurs, with how often it does."""
    counts = count_fates(edges)
    return [
        Line2D(
            [],
            [],
            color=style.colour,
            linewidth=style.width,
            linestyle=_dashes(style),
            label=f"{counts[fate]} {style.words}",
        )
        for fate, style in EDGES.items()
        if counts[fate]
    ]


def _dashes(style: EdgeStyle) -> Literal["solid"] | tuple[float, tuple[float, ...]]:
    return (0.0, style.dashes) if style.dashes else "solid"


def _text_width(label: str) -> float:
    """Return the width of a label in inches."""
    from matplotlib.font_manager import FontProperties

    if not label.strip():
        return 0.1
    outline = TextPath((0, 0), label, size=_LABEL_SIZE, prop=FontProperties())
    wide = sum(1.0 if ord(character) > 0x2E80 else 0.0 for character in label) * _LABEL_SIZE
    return float(max(outline.get_extents().width, wide)) / 72
