"""The picture: false shares by hidden causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def draw_false_shares(
    curves: Mapping[str, Sequence[tuple[int, float, float, float]]], path: Path
) -> None:
    """Draw a line a word: hidden causes, false share, low, high."""
    figure = Figure(figsize=(6.0, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for k, (word, points) in enumerate(curves.items()):
        if not points:
            continue
        x, share, low, high = np.array(points, dtype=float).T
        bars = np.clip([share - low, high - share], 0.0, None)
        axes.errorbar(x + 0.08 * (k - 2), share, bars, label=word, marker="o", capsize=2)
    axes.axhline(0.1, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xlabel="hidden common causes beside ten variables", ylabel="false share")
    axes.set_ylim(0.0, None)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=110)
