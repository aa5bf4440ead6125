"""The critical-difference diagram: mean ranks on a line, bars over those that may be equal.

Demšar (2006), "Statistical comparisons of classifiers over multiple data sets", JMLR 7, figure 1.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from causattn.report.comparison.style import Style
from causattn.report.figures.palette import INK, MUTED
from causattn.results import Ranking

_STEP = 0.24
_BAR = 0.13
_LINE = 3.75
"""Inches from the first rank to the last."""
_MARGIN = 0.08


def rank_figure(ranking: Ranking, styles: Mapping[str, Style], title: str) -> Figure:
    """Draw mean ranks, the best on the left, with Nemenyi's critical difference."""
    count = len(ranking.contestants)
    order = np.argsort(ranking.mean_ranks, kind="stable")
    left = order[: -(-count // 2)]
    right = order[-(-count // 2) :][::-1]
    bars = len(ranking.groups)
    depth = 0.22 + _BAR * bars + _STEP * max(len(left), len(right)) - 0.06
    top = 0.75
    height = 0.45 + top + depth
    figure = Figure(figsize=(2 * _LINE, height))
    axes = figure.add_axes((0.25, 0.0, 0.5, 1.0 - 0.35 / height))
    axes.set_xlim(1, count)
    axes.set_ylim(-depth, top)
    axes.axis("off")
    axes.hlines(0, 1, count, color=INK, linewidth=1.1)
    for tick in np.arange(1, count + 0.25, 0.5):
        whole = float(tick).is_integer()
        axes.vlines(tick, 0, 0.09 if whole else 0.05, color=INK, linewidth=0.9)
        if whole:
            axes.text(tick, 0.13, f"{tick:.0f}", ha="center", va="bottom", fontsize=8.5)
    _critical(axes, ranking, count)
    for place, group in enumerate(ranking.groups):
        ranks = ranking.mean_ranks[list(group)]
        height = -0.12 - _BAR * place
        axes.hlines(
            height,
            ranks.min() - 0.015 * count,
            ranks.max() + 0.015 * count,
            color=INK,
            linewidth=3.2,
            capstyle="round",
        )
    start = -0.22 - _BAR * bars
    edge = 0.03 * (count - 1)
    for side, members, x, align in ((-1, left, 1.0, "right"), (1, right, float(count), "left")):
        for place, k in enumerate(members):
            height = start - _STEP * place
            rank, style = ranking.mean_ranks[k], styles[ranking.contestants[k]]
            axes.plot(
                [rank, rank, x + side * edge],
                [0, height, height],
                color=style.colour,
                linewidth=1.1,
                clip_on=False,
            )
            axes.plot(rank, 0, marker=style.marker, color=style.colour, markersize=4.5, zorder=4)
            number = f"{rank:.2f}"
            label = f"{style.label}  {number}" if side < 0 else f"{number}  {style.label}"
            axes.text(
                x + side * (edge + 0.012 * count),
                height,
                label,
                ha=align,
                va="center",
                fontsize=9,
                color=MUTED if style.baseline else INK,
                clip_on=False,
            )
    heading = figure.text(0, 0.985, title, ha="left", va="top", fontsize=11.5, fontweight="bold")
    _fit(figure, axes, heading)
    return figure


def _fit(figure: Figure, axes: Axes, heading: Text) -> None:
    """Make the figure as wide as what is written left and right of the line needs."""
    dots = figure.dpi
    renderer = FigureCanvasAgg(figure).get_renderer()
    line = axes.get_window_extent(renderer)
    boxes = [text.get_window_extent(renderer) for text in axes.texts]
    left = max(line.x0 - min(box.x0 for box in boxes), 0) / dots + _MARGIN
    right = max(max(box.x1 for box in boxes) - line.x1, 0) / dots + _MARGIN
    needed = heading.get_window_extent(renderer).width / dots + 2 * _MARGIN
    width = max(left + _LINE + right, needed)
    figure.set_figwidth(width)
    before = axes.get_position()
    axes.set_position((left / width, before.y0, _LINE / width, before.height))
    heading.set_x(_MARGIN / width)


def _critical(axes: Axes, ranking: Ranking, count: int) -> None:
    """Draw the critical difference as a span above the line."""
    length = ranking.critical_difference
    shown = min(length, count - 1.0)
    y = top = 0.42
    axes.hlines(y, 1, 1 + shown, color=INK, linewidth=1.1)
    axes.vlines([1, 1 + shown], y - 0.05, y + 0.05, color=INK, linewidth=1.1)
    text = f"critical difference {length:.2f} (Nemenyi, level {ranking.level:g})"
    if length > shown:
        text += ", longer than the axis"
    axes.text(1, top + 0.1, text, ha="left", va="bottom", fontsize=8.5)
