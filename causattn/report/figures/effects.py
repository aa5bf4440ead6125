"""The directed edges' effects with their intervals: in the data, and on the model."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from causattn.base import held_apart, visible
from causattn.report.figures.palette import BLUE, FAINT, MUTED, VERMILLION
from causattn.report.words.evidence import effect_on

_MOST = 60
_SIDES = (
    ("data", "Effect in the data", BLUE),
    ("model", "Effect on the model, its input changed", VERMILLION),
)


_PATCHED = (("model", "Change of what is read, the edge patched", VERMILLION),)


def effect_figure(evidence: pd.DataFrame, *, patched: bool = False) -> Figure | None:
    """Draw the estimate and interval of each directed edge.

    Parameters
    ----------
    evidence
        The evidence table.
    patched
        Whether the graph is of a model's parts, each edge patched.

    Returns
    -------
    matplotlib.figure.Figure or None
        None where no edge has an estimate.
    """
    if not {"discovery_directed", "data_estimate"} <= set(evidence.columns):
        return None
    edges = evidence[evidence["discovery_directed"].astype(bool)]
    sides = [side for side in (_PATCHED if patched else _SIDES) if _known(edges, side[0])]
    if not sides:
        return None
    known = np.logical_or.reduce([edges[f"{side[0]}_estimate"].notna() for side in sides])
    edges = edges[known]
    size = edges["model_estimate" if patched else "data_estimate"].abs()
    order = np.argsort(-size.fillna(0.0).to_numpy(), kind="stable")
    left_out = max(0, len(order) - _MOST)
    edges = edges.iloc[order[:_MOST]].iloc[::-1]
    labels = [_label(row) for row in edges.to_dict("records")]
    height = 0.34 * len(edges) + 1.3
    words = max(_length(line) for label in labels for line in label.splitlines())
    figure = Figure(figsize=(3.6 * len(sides) + 0.5 + 0.075 * words, height), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(sides), sharey=True))
    for axes, (side, title, colour) in zip(panels, sides, strict=True):
        _panel(axes, edges, side, title, colour)
    panels[0].set_yticks(range(len(edges)), labels)
    note = f"\n{left_out} edges with smaller effects are in the table" if left_out else ""
    figure.supxlabel(f"change of the outcome, with interval (hollow: it holds 0){note}", fontsize=9)
    return figure


def _label(row: dict[Hashable, Any]) -> str:
    """Return an edge and what its effect is on, in two lines."""
    source, target = (held_apart(visible(row[end], 22)) for end in ("source", "target"))
    on = next((on for side, *_ in _SIDES if (on := effect_on(row, side, width=22))), "")
    return f"{source} → {target}\n{on}" if on else f"{source} → {target}"


def _length(text: str) -> int:
    """Return about how wide a text is, in Latin letters."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _known(edges: pd.DataFrame, side: str) -> bool:
    column = f"{side}_estimate"
    return column in edges.columns and bool(edges[column].notna().any())


def _panel(axes: Axes, edges: pd.DataFrame, side: str, title: str, colour: str) -> None:
    """Draw one source of evidence: a dot and a line an edge, hollow where it holds 0."""
    estimate = edges[f"{side}_estimate"].to_numpy(dtype=float)
    low = edges[f"{side}_low"].to_numpy(dtype=float)
    high = edges[f"{side}_high"].to_numpy(dtype=float)
    rows = np.arange(len(edges))
    clear = (low > 0) | (high < 0)
    axes.hlines(rows, estimate.min(), estimate.max(), color="none")
    axes.axvline(0.0, color=MUTED, linewidth=0.9)
    axes.hlines(rows, low, high, color=colour, linewidth=1.6)
    axes.scatter(
        estimate,
        rows,
        s=26,
        facecolors=np.where(clear, colour, "#ffffff"),
        edgecolors=colour,
        linewidths=1.3,
        zorder=3,
    )
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_ylim(-0.7, len(edges) - 0.3)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_title(title)
