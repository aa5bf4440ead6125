"""What a circuit keeps and what goes without it, by the number of paths; each path's worth.

Faithfulness and completeness are of the rankings side by side, the graph itself a point among
them; minimality is the share that is lost with each of the graph's paths taken out alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from causattn.base import visible
from causattn.report.figures.palette import BLUE, FAINT, INK, MUTED, PAPER, SCREENS

_GRAPH = "graph"
"""What the curves call the graph itself."""
_PANELS = (
    ("faithfulness", "Kept with these paths alone"),
    ("completeness", "Lost without these paths"),
)


def circuit_figure(curves: pd.DataFrame, paths: pd.DataFrame) -> Figure:
    """Draw the curves of a graph of heads.

    Parameters
    ----------
    curves
        A row a ranking and number of paths: screen, paths, faithfulness, completeness.
    paths
        A row a candidate path: kept, and lost, the share that goes with it alone.
    """
    figure = Figure(figsize=(10.2, 3.9), layout="constrained")
    panels = figure.subplots(1, 3)
    for axes, (column, title) in zip(panels, _PANELS, strict=False):
        _curves(axes, curves, column)
        axes.set_title(title)
        axes.set_ylabel(f"{column} (share of what is read)")
    _minimality(panels[2], paths)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, handlelength=3.2)
    return figure


def _curves(axes: Axes, curves: pd.DataFrame, column: str) -> None:
    """Draw a line a ranking, the first one of the candidates, and the graph as a ring."""
    for place, screen in enumerate(dict.fromkeys(curves["screen"])):
        own = curves[curves["screen"] == screen]
        if screen == _GRAPH:
            axes.plot(
                own["paths"],
                own[column],
                marker="o",
                markersize=8,
                markerfacecolor=PAPER,
                markeredgecolor=INK,
                markeredgewidth=1.4,
                linestyle="none",
                zorder=5,
                label="the graph",
            )
            continue
        colour, dashes = (BLUE, ()) if place == 0 else SCREENS[(place - 1) % len(SCREENS)]
        axes.plot(
            own["paths"],
            own[column],
            color=colour,
            linewidth=2.4 if place == 0 else 1.4,
            linestyle=(0.0, dashes) if dashes else "solid",
            label=visible(str(screen).replace("_", " "), 30),
        )
    for level in (0.0, 1.0):
        axes.axhline(level, color=MUTED, linewidth=0.8, zorder=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda count, _: f"{count:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("paths")
    axes.grid(axis="y", color=FAINT, linewidth=0.6)


def _minimality(axes: Axes, paths: pd.DataFrame) -> None:
    """Draw what each path of the graph is worth, the largest first."""
    lost = np.sort(paths.loc[paths["kept"], "lost"].to_numpy(dtype=float))[::-1]
    axes.plot(np.arange(1, len(lost) + 1), lost, color=BLUE, marker=".", linewidth=1.4)
    axes.axhline(0.0, color=MUTED, linewidth=0.8, zorder=1)
    axes.set_xlabel("path of the graph, the largest first")
    axes.set_ylabel("minimality (share of what is read)")
    axes.set_title("Lost with one taken out")
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
