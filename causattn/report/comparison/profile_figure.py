"""One metric on every data set: a panel a network, a line a contestant, whiskers over seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from causattn.base import visible
from causattn.report.comparison.style import Style, words
from causattn.report.figures.palette import FAINT, MUTED
from causattn.results import OVERALL, Comparison, MetricComparison

_COLUMNS = 4
_SPREAD = 0.42
_CHARACTER = 0.075
"""Inches of a letter of a label, nearly."""


@dataclass(frozen=True)
class Panel:
    """A panel's title, and its data sets with their labels on the axis.

    Points are joined by lines where the data sets are `ordered` by a number, and not else.
    """

    title: str
    data_sets: tuple[str, ...]
    labels: tuple[str, ...]
    ordered: bool = True


def profile_figure(
    comparison: Comparison, found: MetricComparison, styles: Mapping[str, Style]
) -> Figure:
    """Draw the means of one metric with their intervals."""
    shown, axis = panels(comparison)
    table = found.means[found.means["data_set"] != OVERALL]
    names = [name for name in styles if (table["contestant"] == name).any()]
    rows = -(-len(shown) // _COLUMNS)
    columns = -(-len(shown) // rows)
    most = max(len(panel.data_sets) for panel in shown)
    width = max(6.4, 2.55 * columns, 0.5 * most * columns)
    legend = 0.24 * -(-len(names) // max(2, int(width // 1.7))) + 0.2
    figure = Figure(figsize=(width, 2.35 * rows + legend + 0.75), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharey=found.metric.bounds[1] == 1)
    cells = {(r["contestant"], r["data_set"]): r for r in table.to_dict("records")}
    for place, axes in enumerate(grid.flat):
        if place >= len(shown):
            axes.set_visible(False)
            continue
        panel = shown[place]
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        offsets = np.linspace(-_SPREAD / 2, _SPREAD / 2, len(names)) if len(names) > 1 else [0.0]
        for name, offset in zip(names, offsets, strict=True):
            own = [cells.get((name, data_set)) for data_set in panel.data_sets]
            _draw(axes, own, float(offset), styles[name], joined=panel.ordered)
        axes.set_title(visible(words(panel.title), 40), fontsize=9.5)
        labels = [visible(text, 24) for text in panel.labels]
        axes.set_xticks(range(len(labels)), labels)
        if len(labels) * max(map(len, labels)) * _CHARACTER > width / columns - 0.8:
            axes.tick_params("x", rotation=30)
            for text in axes.get_xticklabels():
                text.set(ha="right", rotation_mode="anchor")
        axes.set_xlim(-0.5, len(panel.labels) - 0.5)
        if found.metric.bounds[1] == 1:
            axes.set_ylim(-0.03, 1.03)
        elif found.metric.bounds[0] == 0:
            axes.set_ylim(bottom=0)
        if place % columns == 0:
            axes.set_ylabel(found.metric.title)
        if place + columns >= len(shown):
            axes.set_xlabel(axis)
    joined = any(panel.ordered and len(panel.data_sets) > 1 for panel in shown)
    handles = [_handle(styles[name], joined=joined) for name in names]
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=max(2, int(width // 1.7)),
        handlelength=2.2,
        columnspacing=1.2,
    )
    better = "lower" if found.metric.lower_is_better else "higher"
    figure.suptitle(
        f"{found.metric.title[:1].upper()}{found.metric.title[1:]} ({better} is better)",
        x=0.01,
        ha="left",
        fontsize=11.5,
        fontweight="bold",
    )
    return figure


def panels(comparison: Comparison) -> tuple[list[Panel], str]:
    """Return the panels, and what their horizontal axis says.

    Where one of the keys that distinguish data sets is a number, it is the axis and the others are
    panels; else all data sets stand side by side in one panel.
    """
    sets = [str(name) for name in comparison.data_sets["data_set"]]
    keys = [f"config.{key}" for key in comparison.about["within"]]
    columns = [c for c in (*keys, *(f"{k}.kind" for k in keys)) if c in comparison.jobs]
    numeric = [c for c in columns if pd.api.types.is_numeric_dtype(comparison.jobs[c])]
    if not numeric or len(sets) < 2:
        return [Panel("", tuple(sets), tuple(words(name) for name in sets), ordered=False)], ""
    axis = numeric[-1]
    others = [column for column in columns if column != axis]
    first = comparison.jobs.drop_duplicates("data_set").set_index("data_set")
    grouped: dict[str, list[str]] = {}
    for data_set in sets:
        title = ", ".join(str(first.loc[data_set, column]) for column in others)
        grouped.setdefault(title, []).append(data_set)
    found = [
        Panel(title, tuple(own), tuple(f"{first.loc[name, axis]:g}" for name in own))
        for title, own in grouped.items()
    ]
    rows = axis == "config.corpus.documents"
    return found, "rows" if rows else words(axis.removeprefix("config."))


def _draw(  # type: ignore[no-untyped-def]
    axes, cells, offset: float, style: Style, *, joined: bool
) -> None:
    there = [(k, cell) for k, cell in enumerate(cells) if cell is not None]
    if not there:
        return
    x = np.array([k for k, _ in there]) + offset
    mean, low, high = (np.array([c[key] for _, c in there]) for key in ("mean", "low", "high"))
    axes.plot(
        x,
        mean,
        color=style.colour,
        marker=style.marker,
        markersize=4.2,
        markeredgewidth=1.0,
        linewidth=0.8 if style.baseline else 1.2,
        linestyle=_stroke(style) if joined else "none",
        alpha=0.95,
    )
    known = ~np.isnan(low)
    axes.vlines(x[known], low[known], high[known], color=style.colour, linewidth=1.0, alpha=0.8)


def _stroke(style: Style) -> Any:
    return (0, style.dashes) if style.dashes else "solid"


def _handle(style: Style, *, joined: bool) -> Line2D:
    return Line2D(
        [],
        [],
        color=style.colour,
        marker=style.marker,
        markersize=5,
        linewidth=1.2,
        linestyle=_stroke(style) if joined else "none",
        label=style.label + (" (baseline)" if style.baseline else ""),
        markeredgecolor=MUTED if style.baseline else style.colour,
    )
