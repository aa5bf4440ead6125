"""Paths over a level or a penalty: ROC curves of adjacencies, a panel a data set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from causattn.base import visible
from causattn.report.comparison.style import words
from causattn.report.figures.palette import (
    BLUE,
    FAINT,
    GREEN,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
)
from causattn.results import Comparison

_COLOURS: Sequence[str] = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY)
_COLUMNS = 3


def path_figure(comparison: Comparison) -> Figure:
    """Draw true against false positive rates of the pairs joined, as the parameter moves."""
    frame = comparison.paths
    sets = list(dict.fromkeys(frame["data_set"]))
    curves = list(dict.fromkeys(zip(frame["curve"], frame["parameter"], strict=True)))
    columns = min(_COLUMNS, len(sets))
    rows = -(-len(sets) // columns)
    figure = Figure(figsize=(max(5.0, 3.0 * columns), 2.9 * rows + 0.6), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(sets):
            axes.set_visible(False)
            continue
        axes.grid(color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        here = frame[frame["data_set"] == sets[place]]
        for turn, (curve, parameter) in enumerate(curves):
            own = here[(here["curve"] == curve) & (here["parameter"] == parameter)]
            x, y = own["false_positive_rate"].to_numpy(), own["true_positive_rate"].to_numpy()
            colour = _COLOURS[turn % len(_COLOURS)]
            label = f"{words(curve)} over {words(parameter.rsplit('.', 1)[-1])}"
            axes.plot(
                x,
                y,
                color=colour,
                marker="os^Dv<"[turn % 6],
                markersize=4,
                linewidth=1.3,
                label=visible(label, 40) if place == 0 else None,
            )
            for k in {0, len(own) - 1} if len(own) else ():
                axes.annotate(
                    f"{own['value'].iloc[k]:g}",
                    (x[k], y[k]),
                    xytext=(4, -8),
                    textcoords="offset points",
                    fontsize=7,
                    color=colour,
                )
        most = float(np.nanmax(here["false_positive_rate"])) if len(here) else 0.0
        axes.set_xlim(-0.04 * max(most, 0.02), max(1.15 * most, 0.02))
        axes.set_ylim(-0.02, 1.05)
        axes.set_title(visible(words(sets[place]), 36), fontsize=9.5)
        axes.set_xlabel("false positive rate")
        if place % columns == 0:
            axes.set_ylabel("true positive rate")
    figure.legend(loc="outside lower center", ncols=min(4, len(curves)), columnspacing=1.2)
    figure.suptitle(
        "Adjacencies found, by level, penalty or threshold",
        x=0.01,
        ha="left",
        fontsize=11.5,
        fontweight="bold",
        color=None if curves else MUTED,
    )
    return figure
