"""The headline as a picture: what ranks edges on each network, and how that grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import headline_jobs
from headline_page import SCREENS, grouped, half_width, of_kind, standard
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Row = Mapping[str, Any]
SHOWN = ("mean", "rollout", "mutual_information", "untrained")
COLOURS = {
    "mean": "#0072b2",
    "rollout": "#56b4e9",
    "mutual_information": "#d55e00",
    "untrained": "#999999",
}
"""Okabe and Ito's, which colour-blind people tell apart."""
GROWN = {"documents": "documents", "steps": "training steps", "width": "width of the model"}
MARKS = {"mean": "o", "mutual_information": "s"}


def write_figure(rows: Sequence[Row], path: Path) -> None:
    """Write the picture as PNG: AUC for the skeleton, means over seeds with 95% intervals."""
    figure = Figure(figsize=(11, 6.4), layout="constrained")
    above, below = figure.subfigures(2, 1)
    _networks(above.subplots(), rows)
    for axes, (varied, label) in zip(below.subplots(1, 3, sharey=True), GROWN.items(), strict=True):
        _growth(axes, rows, varied, label)
    figure.savefig(path, dpi=130)


def _networks(axes: Axes, rows: Sequence[Row]) -> None:
    """Draw each screen on each network."""
    groups = grouped(
        [row for row in of_kind(rows, "screen") if standard(row)], lambda row: row["job"]["network"]
    )
    for place, screen in enumerate(SHOWN):
        parts = [_values(part, screen) for part in groups.values()]
        axes.errorbar(
            [x + 0.14 * (place - (len(SHOWN) - 1) / 2) for x in range(len(parts))],
            [mean(part) for part in parts],
            [half_width(part) for part in parts],
            fmt="o",
            capsize=3,
            color=COLOURS[screen],
            label=SCREENS[screen],
        )
    axes.axhline(0.5, color="#cccccc", linewidth=1, zorder=0)
    axes.set_xticks(range(len(groups)), list(groups))
    axes.set_ylabel("AUC, true adjacencies")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _growth(axes: Axes, rows: Sequence[Row], varied: str, label: str) -> None:
    """Draw attention and mutual information while one setting grows."""
    groups = grouped(
        [row for row in of_kind(rows, "screen") if standard(row, varied)],
        lambda row: (row["job"]["network"], row["job"][varied]),
    )
    for network, line in zip(headline_jobs.VARIED, ("-", "--"), strict=True):
        places = sorted(value for name, value in groups if name == network)
        for screen, mark in MARKS.items():
            parts = [_values(groups[network, value], screen) for value in places]
            axes.errorbar(
                places,
                [mean(part) for part in parts],
                [half_width(part) for part in parts],
                fmt=mark + line,
                markersize=4,
                capsize=3,
                color=COLOURS[screen],
                label=f"{network}, {SCREENS[screen]}",
            )
    axes.set_xscale("log")
    ticks = sorted({value for name, value in groups if name in headline_jobs.VARIED})
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)
    if varied == "documents":
        axes.set_ylabel("AUC, true adjacencies")
        axes.legend(frameon=False, fontsize=8)


def _values(rows: Sequence[Row], screen: str) -> list[float]:
    return [row["figures"]["skeleton"][screen]["auc"] for row in rows]
