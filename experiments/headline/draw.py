"""The headline as a picture: what ranks edges on each network, and how that grows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from causattn.reproduction import half_width

COLOURS = {
    "mean": "#0072b2",
    "rollout": "#56b4e9",
    "mutual_information": "#d55e00",
    "untrained": "#999999",
}
"""Okabe and Ito's, which colour-blind people distinguish."""
GROWN = {"documents": "documents", "steps": "training steps", "width": "width of the model"}
MARKS = {"mean": "o", "mutual_information": "s"}


def as_set(frame: pd.DataFrame, settings: Any, *but: str) -> pd.DataFrame:
    """Return the rows whose corpus and model are as set, but for the settings that are varied."""
    own = {
        "order": "shuffled",
        "style": "words",
        "documents": settings.documents,
        "width": settings.width,
        "steps": frame["network"].map(settings.steps),
    }
    kept = pd.Series(True, frame.index)
    for key in own.keys() - set(but):
        kept &= frame[key] == own[key]
    return frame[kept]


def draw(frame: pd.DataFrame, settings: Any, path: Path, names: Mapping[str, str]) -> None:
    """Write AUC for the skeleton as PNG, means over seeds with 95% intervals.

    Parameters
    ----------
    frame
        A row a screen and model.
    settings
        Of the experiment.
    path
        Where to.
    names
        What each screen is called.
    """
    figure = Figure(figsize=(11, 6.4), layout="constrained")
    above, below = figure.subfigures(2, 1)
    _networks(above.subplots(), as_set(frame, settings), names)
    for axes, varied in zip(below.subplots(1, 3, sharey=True), GROWN, strict=True):
        _growth(axes, as_set(frame, settings, varied), varied, settings.varied, names)
    figure.savefig(path, dpi=130)


def _networks(axes: Axes, frame: pd.DataFrame, names: Mapping[str, str]) -> None:
    networks = list(frame["network"].unique())
    for place, (screen, colour) in enumerate(COLOURS.items()):
        groups = frame[frame["screen"] == screen].groupby("network", sort=False)["auc"]
        axes.errorbar(
            [x + 0.14 * (place - (len(COLOURS) - 1) / 2) for x in range(len(networks))],
            groups.mean(),
            groups.agg(half_width),
            fmt="o",
            capsize=3,
            color=colour,
            label=names[screen],
        )
    axes.axhline(0.5, color="#cccccc", linewidth=1, zorder=0)
    axes.set_xticks(range(len(networks)), networks)
    axes.set_ylabel("AUC, true adjacencies")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _growth(
    axes: Axes, frame: pd.DataFrame, varied: str, networks: list[str], names: Mapping[str, str]
) -> None:
    """Draw attention and mutual information while one setting grows."""
    frame = frame[frame["network"].isin(networks)]
    for network, line in zip(networks, ("-", "--"), strict=False):
        for screen, mark in MARKS.items():
            part = frame[(frame["network"] == network) & (frame["screen"] == screen)]
            groups = part.groupby(varied)["auc"]
            axes.errorbar(
                list(groups.groups),
                groups.mean(),
                groups.agg(half_width),
                fmt=mark + line,
                markersize=4,
                capsize=3,
                color=COLOURS[screen],
                label=f"{network}, {names[screen]}",
            )
    axes.set_xscale("log")
    ticks = sorted(frame[varied].unique())
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel(GROWN[varied])
    axes.spines[["top", "right"]].set_visible(False)
    if varied == "documents":
        axes.set_ylabel("AUC, true adjacencies")
        axes.legend(frameon=False, fontsize=8)
