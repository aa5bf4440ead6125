"""How time grows: with the number of variables, and with the number of rows."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from causattn.report.comparison.style import Style, plain_ticks
from causattn.report.figures.palette import FAINT, MUTED
from causattn.results import Comparison

_ABOVE = 1.5
_TITLES = {"variables": "number of variables", "rows": "number of rows"}


def runtime_figure(comparison: Comparison, styles: Mapping[str, Style]) -> Figure | None:
    """Draw median seconds on logarithmic axes; None where neither size varies.

    Against one size the other is held at the largest value that all its data sets share, so that a
    line shows one thing growing.
    """
    frame = comparison.runtimes
    shown = [
        (size, held)
        for size, other in (("variables", "rows"), ("rows", "variables"))
        if len(held := _held(frame, size, other))
    ]
    if not shown:
        return None
    figure = Figure(figsize=(3.9 * len(shown) + 0.4, 4.4), layout="constrained")
    for place, (size, held) in enumerate(shown):
        axes = figure.add_subplot(1, len(shown), place + 1)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.grid(color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        stacked = 0
        for name, style in styles.items():
            own = held[held["contestant"] == name]
            grouped = own.groupby(size)["seconds"].median().dropna()
            axes.plot(
                grouped.index,
                grouped.to_numpy(),
                color=style.colour,
                marker=style.marker,
                markersize=4.5,
                linewidth=0.9 if style.baseline else 1.3,
                linestyle=(0, style.dashes) if style.dashes else "solid",
                label=style.label if place == 0 else None,
            )
            late = own[(own["timed_out"] > 0) & own["limit"].notna()]
            axes.plot(
                late[size],
                late["limit"] * _ABOVE**stacked,  # one above the other instead of one on top
                color=style.colour,
                marker=6,  # a caret
                markersize=8,
                linestyle="none",
            )
            stacked += bool(len(late))
        ticks = sorted(held[size].unique())
        axes.set_xticks(_apart(ticks), [f"{tick:g}" for tick in _apart(ticks)])
        axes.minorticks_off()
        plain_ticks(axes.yaxis)
        other = "rows" if size == "variables" else "variables"
        fixed = held[other].iloc[0]
        axes.set_xlabel(_TITLES[size])
        axes.set_title(f"{fixed:g} {other}", fontsize=9.5)
        if place == 0:
            axes.set_ylabel("seconds of discovery")
    if frame["timed_out"].any():
        limits = sorted(frame["limit"].dropna().unique())
        text = f"▲ timed out after {' or '.join(f'{limit:g}' for limit in limits)} s"
        figure.text(0.995, 0.995, text, ha="right", va="top", fontsize=8.5, color=MUTED)
    figure.legend(loc="outside lower center", ncols=5, columnspacing=1.2)
    return figure


def _held(frame: pd.DataFrame, size: str, other: str) -> pd.DataFrame:
    """Return the rows with the other size held where this one takes most values."""
    counts = frame.groupby(other)[size].nunique()
    if counts.empty or counts.max() < 2:
        return frame.iloc[:0]
    fixed = counts[counts == counts.max()].index.max()
    return frame[frame[other] == fixed]


def _apart(ticks: list[float]) -> list[float]:
    """Return those ticks that are far enough apart on a logarithmic axis to be labelled."""
    kept = ticks[:1]
    for tick in ticks[1:]:
        if tick >= kept[-1] * 1.22:
            kept.append(tick)
    return kept
