"""The critical-difference diagram: mean ranks on a line, bars over those that may be equal.

Demšar (2006), "Statistical comparisons of classifiers over multiple data sets", JMLR 7, figure 1.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from causattn.report.comparison.style import Style
from causattn.report.figures.palette import INK, MUTED
from causattn.results import Ranking

_STEP = 0.24
_BAR = 0.13


def rank_figure(ranking: Ranking, styles: Mapping[str, Style], title: str) -> Figure:
    """Draw mean ranks, the best on the left, with Nemenyi's critical difference."""
    count = len(ranking.contestants)
    order = np.argsort(ranking.mean_ranks, kind="stable")
    left = order[: -(-count // 2)]
    right = order[-(-count // 2) :][::-1]
    bars = len(ranking.groups)
    depth = 0.22 + _BAR * bars + _STEP * max(len(left), len(right)) - 0.06
    top = 0.55
    figure = Figure(figsize=(7.2, 0.45 + top + depth))
    axes = figure.add_axes((0.24, 0.0, 0.52, 1.0 - 0.35 / (0.45 + top + depth)))
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
    figure.text(0.01, 0.985, title, ha="left", va="top", fontsize=11.5, fontweight="bold")
    return figure


def _critical(axes, ranking: Ranking, count: int) -> None:  # type: ignore[no-untyped-def]
    """Draw the critical difference as a span above the line."""
    length = ranking.critical_difference
    shown = min(length, count - 1.0)
    y = top = 0.42
    axes.hlines(y, 1, 1 + shown, color=INK, linewidth=1.1)
    axes.vlines([1, 1 + shown], y - 0.05, y + 0.05, color=INK, linewidth=1.1)
    text = f"critical difference {length:.2f} (Nemenyi, level {ranking.level:g})"
    if length > shown:
        text += ", longer than the axis"
    axes.text(1 + shown + 0.02 * count, top, text, ha="left", va="center", fontsize=8.5)
