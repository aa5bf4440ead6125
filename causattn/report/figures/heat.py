"""Attention from feature to feature as a heat map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from causattn.base import visible
from causattn.graphs import CausalGraph, is_dag, topological_order
from causattn.report.figures.palette import BLANK, HEAT, VERMILLION

_LABEL_LENGTH = 22
_LONGEST = 14.0
"""Longest side of the map in inches, so that memory does not grow with the features."""
_LEGIBLE = 0.08
"""Least height of a row in inches that has room for a name."""


def heat_figure(
    score: np.ndarray,
    names: Sequence[str],
    truth: CausalGraph | None,
    scored_by: str = "attention",
    ends: tuple[str, str] = ("attended to", "attending"),
) -> Figure:
    """Draw who attends to whom, or who contributes to whose prediction.

    Parameters
    ----------
    score
        float64 [f, f], **from row to column**: attention that the column's feature pays to the
        row's (see `causattn.candidates.CandidateEdges`).
    names
        The features.
    truth
        The true graph, whose adjacent pairs are framed, where it is known.
    scored_by
        What the score is: attention, an explainer or a screen.
    ends
        What a column is and what a row is; empty where they are the same.
    """
    order = _order(score, names, truth)
    labels = [visible(names[k], _LABEL_LENGTH) for k in order]
    paid = score.T[np.ix_(order, order)].copy()
    np.fill_diagonal(paid, np.nan)
    size = len(names)
    cell = min(float(np.clip(7.2 / max(size, 1), 0.19, 0.52)), _LONGEST / max(size, 1))
    named = cell >= _LEGIBLE
    edge = 0.085 * max(map(len, labels), default=1) * named + 0.5
    width, height = size * cell + edge + 1.0, size * cell + edge + 0.6
    figure = Figure(figsize=(max(width, 4.6), max(height, 3.6)), layout="constrained")
    axes = figure.add_subplot()
    image = axes.imshow(paid, cmap=HEAT, vmin=0.0, interpolation="none")
    font = float(np.clip(cell * 26, 5.5, 9.0))
    shown = range(size) if named else []
    axes.set_xticks(shown, labels if named else [], rotation=90, fontsize=font)
    axes.set_yticks(shown, labels if named else [], fontsize=font)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    framed = "framed: adjacent in the truth" if truth is not None else ""
    axes.set_xlabel(f"{ends[0]} ({framed})" if ends[0] and framed else ends[0] or framed)
    axes.set_ylabel(ends[1])
    axes.set_facecolor(BLANK)
    count = "" if named else f", {size} features"
    axes.set_title(f"{visible(scored_by).capitalize()} from feature to feature{count}")
    if truth is not None:
        _frame_truth(axes, truth, [names[k] for k in order], cell)
    bar = figure.colorbar(image, ax=axes, fraction=0.04, pad=0.02, aspect=30)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=7.5, length=2)
    bar.set_label(visible(scored_by), fontsize=8.5)
    return figure


def _frame_truth(axes: Axes, truth: CausalGraph, names: Sequence[str], cell: float) -> None:
    """Frame the cells of pairs that are adjacent in the truth."""
    place = {name: k for k, name in enumerate(truth.names)}
    known = [k for k, name in enumerate(names) if name in place]
    skeleton = truth.skeleton()
    for row in known:
        for column in known:
            if skeleton[place[names[row]], place[names[column]]]:
                frame = Rectangle(
                    (column - 0.44, row - 0.44),
                    0.88,
                    0.88,
                    fill=False,
                    edgecolor=VERMILLION,
                    linewidth=float(np.clip(cell * 4, 0.8, 1.6)),
                )
                axes.add_patch(frame)


def _order(score: np.ndarray, names: Sequence[str], truth: CausalGraph | None) -> np.ndarray:
    """Return an order in which related features stand together: the truth's, else by clusters."""
    if truth is not None and set(truth.names) == set(names):
        adjacency = truth.adjacency("from row to column")
        if is_dag(adjacency):
            index = {name: k for k, name in enumerate(names)}
            return np.array([index[truth.names[k]] for k in topological_order(adjacency)])
    if len(names) < 3:
        return np.arange(len(names))
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    strength = np.maximum(score, score.T)
    distance = strength.max(initial=0.0) - strength
    np.fill_diagonal(distance, 0.0)
    condensed = squareform(distance, checks=False)
    return np.asarray(leaves_list(linkage(condensed, "average", optimal_ordering=True)))
