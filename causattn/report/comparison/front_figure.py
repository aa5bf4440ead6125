"""Accuracy against time, and the front of those that nobody beats in both."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from causattn.report.comparison.style import Style, plain_ticks
from causattn.report.figures.palette import FAINT, INK, MUTED, PAPER
from causattn.results import MetricComparison


def front_figure(found: MetricComparison, styles: Mapping[str, Style]) -> Figure:
    """Draw each contestant that finished everywhere, and the front as a line of steps."""
    frame, metric = found.front, found.metric
    figure = Figure(figsize=(6.2, 4.0), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log")
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    rows = frame.sort_values("seconds", kind="stable").to_dict("records")
    ahead = [row for row in rows if row["on_front"]]
    last = max(row["seconds"] for row in rows) * 1.6
    axes.step(
        [*(row["seconds"] for row in ahead), last],
        [*(row["mean"] for row in ahead), ahead[-1]["mean"]],
        where="post",
        color=MUTED,
        linewidth=1.2,
        linestyle=(0, (4, 2)),
        zorder=1,
        label="front: nobody is better and faster",
    )
    for row in rows:
        style = styles[row["contestant"]]
        if not np.isnan(row["low"]):
            axes.vlines(row["seconds"], row["low"], row["high"], color=style.colour, linewidth=1.0)
        axes.plot(
            row["seconds"],
            row["mean"],
            marker=style.marker,
            color=style.colour,
            markersize=8 if row["on_front"] else 6,
            markeredgecolor=INK if row["on_front"] and not style.baseline else style.colour,
            linestyle="none",
            zorder=3,
        )
    plain_ticks(axes.xaxis)
    _label(axes, rows, styles)
    axes.set_xlim(min(row["seconds"] for row in rows) / 2.2, last * 1.9)
    axes.set_xlabel("seconds of discovery (geometric mean over data sets)")
    axes.set_ylabel(f"{metric.title} ({'lower' if metric.lower_is_better else 'higher'} is better)")
    if metric.lower_is_better:
        axes.invert_yaxis()
    axes.set_title(f"{metric.title[:1].upper()}{metric.title[1:]} and time")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16))
    return figure


def _label(axes, rows, styles: Mapping[str, Style]) -> None:  # type: ignore[no-untyped-def]
    """Write the names beside the points, moved up or down where two would meet."""
    means = [row["mean"] for row in rows]
    height = max(max(means) - min(means), 1e-9)
    placed: list[tuple[float, float]] = []
    for row in sorted(rows, key=lambda each: (each["mean"], each["seconds"])):
        x, y = float(np.log10(row["seconds"])), row["mean"] / height
        shift = 0
        while any(abs(x - a) < 0.9 and abs(y + 0.055 * shift - b) < 0.05 for a, b in placed):
            shift += 1
        placed.append((x, y + 0.055 * shift))
        style = styles[row["contestant"]]
        axes.annotate(
            style.label,
            (row["seconds"], row["mean"] + 0.055 * shift * height),
            xytext=(7, 6),
            path_effects=[withStroke(linewidth=2.5, foreground=PAPER)],
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=MUTED if style.baseline else INK,
            zorder=4,
        )
