"""Who is better than whom: paired differences of every two contestants as a matrix."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from causattn.report.comparison.numbers import short
from causattn.report.comparison.style import Style
from causattn.report.figures.palette import BLUE, INK, PAPER, VERMILLION
from causattn.results import MetricComparison

_TWO_SIDED = LinearSegmentedColormap.from_list("causattn.sides", [VERMILLION, PAPER, BLUE])


def difference_figure(found: MetricComparison, styles: Mapping[str, Style]) -> Figure:
    """Draw the row's mean minus the column's; blue where the row is better, bold where sure."""
    pairs, metric = found.differences, found.metric
    names = [n for n in styles if ((pairs["first"] == n) | (pairs["second"] == n)).any()]
    place = {name: k for k, name in enumerate(names)}
    gap = np.full((len(names), len(names)), np.nan)
    p = np.full_like(gap, np.nan)
    for row in pairs.to_dict("records"):
        i, j = place[row["first"]], place[row["second"]]
        gap[i, j], gap[j, i] = row["difference"], -row["difference"]
        p[i, j] = p[j, i] = row["p_holm"]
    side = max(3.4, 0.62 * len(names) + 1.9)
    figure = Figure(figsize=(side + 1.1, side), layout="constrained")
    axes = figure.add_subplot()
    better = -gap if metric.lower_is_better else gap
    limit = float(np.nanmax(np.abs(gap))) or 1.0
    image = axes.imshow(better, cmap=_TWO_SIDED, vmin=-limit, vmax=limit)
    for i in range(len(names)):
        for j in range(len(names)):
            if np.isnan(gap[i, j]):
                continue
            sure = p[i, j] < 0.05
            strong = abs(better[i, j]) > 0.72 * limit
            axes.text(
                j,
                i,
                short(gap[i, j]),
                ha="center",
                va="center",
                fontsize=7.6,
                fontweight="bold" if sure else "normal",
                color=PAPER if strong else INK,
                alpha=1.0 if sure else 0.7,
            )
    labels = [styles[name].label for name in names]
    axes.set_xticks(range(len(names)), labels, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), labels)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(f"{metric.title[:1].upper()}{metric.title[1:]}: row minus column")
    bar = figure.colorbar(image, ax=axes, shrink=0.7, aspect=26)
    bar.set_ticks([-limit, 0, limit], labels=["row worse", "equal", "row better"])
    bar.outline.set_visible(False)
    axes.set_xlabel("bold: p below .05 (sign-flip test, Holm)", fontsize=8.5)
    return figure
