"""Surrogates drawn: a tree of questions, or a bar for each coefficient with its interval."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from causattn.attribution import LinearSurrogate, Surrogate, TreeSurrogate, question
from causattn.base import visible
from causattn.report.figures.fonts import font_families
from causattn.report.figures.palette import BLUE, FAINT, INK, MUTED, PAPER, VERMILLION

_MOST = 25
_WIDTH, _HEIGHT = 1.45, 1.05  # inches a leaf, and a level of a tree


def surrogate_figure(surrogate: Surrogate) -> Figure:
    """Draw a surrogate, its fidelity in the title.

    Parameters
    ----------
    surrogate
        What `causattn.attribution.fit_surrogate` gave.

    Returns
    -------
    matplotlib.figure.Figure
        Save it by ``figure.savefig("name.svg")`` (or .png).
    """
    with matplotlib.rc_context(
        {"font.family": font_families([*surrogate.names, surrogate.output])}
    ):
        if isinstance(surrogate, TreeSurrogate):
            return _tree_figure(surrogate)
        return _linear_figure(surrogate)


def _title(surrogate: Surrogate) -> str:
    fidelity = surrogate.fidelity
    return (
        f"{visible(surrogate.output, 60)}\n"
        f"held out: R² {fidelity.r2:.2f} [{fidelity.r2_low:.2f}, {fidelity.r2_high:.2f}], "
        f"same sign {fidelity.agreement:.0%} (constant: 0, {fidelity.agreement_constant:.0%})"
    )


def _linear_figure(linear: LinearSurrogate) -> Figure:
    """Draw the coefficients, largest at the top; hollow where the interval holds 0."""
    order = np.argsort(-np.abs(linear.coefficients), kind="stable")[:_MOST][::-1]
    figure = Figure(figsize=(6.4, 0.28 * len(order) + 1.5), layout="constrained")
    axes = figure.add_subplot()
    rows = np.arange(len(order))
    value, low, high = linear.coefficients[order], linear.low[order], linear.high[order]
    colours = np.where(value > 0, BLUE, VERMILLION)
    clear = (low > 0) | (high < 0)
    axes.axvline(0.0, color=MUTED, linewidth=0.9)
    axes.barh(
        rows,
        value,
        height=0.62,
        color=[colour if sure else PAPER for colour, sure in zip(colours, clear, strict=True)],
        edgecolor=colours,
        linewidth=1.0,
    )
    axes.hlines(rows, low, high, color=INK, linewidth=1.2)
    axes.set_yticks(rows, [visible(linear.names[k], 40) for k in order])
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"added to {linear.intercept:+.2f} (bars: estimates, lines: 95% intervals)")
    axes.set_title(_title(linear), fontsize=9)
    left_out = len(linear.names) - len(order)
    if left_out:
        figure.supxlabel(f"{left_out} smaller coefficients not drawn", fontsize=8, color=MUTED)
    return figure


def _tree_figure(tree: TreeSurrogate) -> Figure:
    """Draw the tree: questions in boxes, leaves coloured by the sign of their output."""
    place, depth = _places(tree)
    width, height = _WIDTH * (max(place.values()) + 1), _HEIGHT * (max(depth.values()) + 1)
    figure = Figure(figsize=(max(4.6, width), height + 0.7), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(-0.6, max(place.values()) + 0.6)
    axes.set_ylim(-max(depth.values()) - 0.45, 0.45)
    for node in place:
        _node(axes, tree, node, place, depth)
    axes.set_title(_title(tree), fontsize=9)
    return figure


def _places(tree: TreeSurrogate) -> tuple[dict[int, float], dict[int, int]]:
    """Return each node's place from left (so) to right (not so), and its depth."""
    place: dict[int, float] = {}
    depth: dict[int, int] = {}
    leaves = 0

    def visit(node: int, level: int) -> None:
        nonlocal leaves
        depth[node] = level
        if tree.column[node] < 0:
            place[node] = leaves
            leaves += 1
            return
        _, yes, no = question(tree, node)
        visit(yes, level + 1)
        visit(no, level + 1)
        place[node] = (place[yes] + place[no]) / 2

    visit(0, 0)
    return place, depth


def _node(
    axes: Axes,
    tree: TreeSurrogate,
    node: int,
    place: dict[int, float],
    depth: dict[int, int],
) -> None:
    """Draw a node and the lines to the two below it."""
    x, y = place[node], -depth[node]
    leaf = tree.column[node] < 0
    if leaf:
        text = f"{tree.value[node]:+.2f}\n{tree.documents[node]} doc."
        colour = BLUE if tree.value[node] > 0 else VERMILLION
    else:
        asked, yes, no = question(tree, node)
        text, colour = f"{visible(asked, 24)}?", INK
        for word, below in (("yes", yes), ("no", no)):
            axes.plot([x, place[below]], [y, -depth[below]], color=MUTED, linewidth=1, zorder=1)
            axes.text(
                (x + place[below]) / 2,
                y - 0.5,
                word,
                ha="center",
                va="center",
                fontsize=7.5,
                color=MUTED,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
                zorder=2,
            )
    axes.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        fontsize=8.5,
        color=colour,
        bbox={"facecolor": PAPER, "edgecolor": colour, "boxstyle": "round,pad=0.35"},
        zorder=3,
    )
