"""What one would put beside the paper's figures."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import pandas as pd

from .importance import Importance
from .perturbation import BOUND

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#b45309", "#1d4ed8")
_LABELS = ("negative", "positive")
_BINS = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_agreement(taus: pd.DataFrame, published: dict[str, dict[str, float]], path: Path) -> Path:
    """Draw the distribution of tau over sentences; one row a measure, one column an encoder.

    Parameters
    ----------
    taus
        One row a sentence: encoder, measure, predicted, tau.
    published
        By measure and encoder the published mean, drawn as a dotted line.
    path
        Of the picture.
    """
    from matplotlib import pyplot

    matplotlib.use("Agg")
    encoders, measures = (list(taus[name].unique()) for name in ("encoder", "measure"))
    figure, axes = pyplot.subplots(
        len(measures),
        len(encoders),
        figsize=(2.7 * len(encoders) + 0.6, 4.4),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for across, measure in zip(axes, measures, strict=True):
        for axis, encoder in zip(across, encoders, strict=True):
            found = taus[(taus["measure"] == measure) & (taus["encoder"] == encoder)]
            for label, colour in enumerate(_COLOURS):
                part = found["tau"][found["predicted"] == label].dropna()
                axis.hist(
                    part,
                    bins=30,
                    range=(-1, 1),
                    weights=np.full(len(part), 1 / max(len(part), 1)),
                    color=colour,
                    alpha=0.5,
                    label=f"predicted {_LABELS[label]}",
                )
            axis.axvline(found["tau"].mean(), color="#171717", linewidth=1.4, label="mean")
            if encoder in published.get(measure, {}):
                axis.axvline(
                    published[measure][encoder],
                    color="#171717",
                    linewidth=1.4,
                    linestyle=":",
                    label="published mean",
                )
            _plain(axis)
        across[0].set_ylabel(f"{measure}\nshare of sentences", fontsize=9)
    for axis, encoder in zip(axes[0], encoders, strict=True):
        axis.set_title(encoder, loc="left", fontsize=10)
    for axis in axes[-1]:
        axis.set_xlabel("Kendall's tau with attention", fontsize=9)
    axes[0][0].legend(frameon=False, fontsize=7, loc="upper left")
    return _saved(figure, path)


def draw_perturbation(
    words: dict[str, Importance],
    changes: dict[str, np.ndarray],
    divergences: dict[str, np.ndarray],
    epsilon: float,
    path: Path,
) -> Path:
    """Draw permutation against the largest attention, and the largest divergences.

    Parameters
    ----------
    words, changes, divergences
        By encoder: importance, median change by permutation, epsilon-max JSD, float64 [n].
    epsilon
        Of the divergences.
    path
        Of the picture.
    """
    from matplotlib import pyplot

    matplotlib.use("Agg")
    figure, axes = pyplot.subplots(
        2, len(words), figsize=(2.7 * len(words) + 0.6, 5.2), squeeze=False, layout="constrained"
    )
    for column, (encoder, found) in enumerate(words.items()):
        _violins(axes[0][column], found, changes[encoder])
        axes[0][column].set_title(encoder, loc="left", fontsize=10)
        axis = axes[1][column]
        for label, colour in enumerate(_COLOURS):
            part = divergences[encoder][found.predicted == label]
            axis.hist(
                part,
                bins=35,
                range=(0, 0.7),
                weights=np.full(len(part), 1 / max(len(part), 1)),
                color=colour,
                alpha=0.5,
                label=f"predicted {_LABELS[label]}",
            )
        axis.axvline(BOUND, color="#737373", linewidth=0.9, linestyle=":")
        axis.set_xlabel(f"largest JSD, output within {epsilon:g}")
        _plain(axis)
    axes[0][0].set_ylabel("largest attention", fontsize=9)
    axes[1][0].set_ylabel("share of sentences", fontsize=9)
    axes[1][0].legend(frameon=False, fontsize=7, loc="upper left")
    return _saved(figure, path)


def draw_question(tables: dict[str, pd.DataFrame], path: Path) -> Path:
    """Draw the agreement with leave-one-out of every order, with its interval, by encoder."""
    from matplotlib import pyplot

    matplotlib.use("Agg")
    figure, axes = pyplot.subplots(
        1,
        len(tables),
        figsize=(2.6 * len(tables) + 1.9, 3.6),
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for axis, (encoder, table) in zip(axes[0], tables.items(), strict=True):
        places = np.arange(len(table))[::-1]
        axis.errorbar(
            table["tau"],
            places,
            xerr=[table["tau"] - table["tau low"], table["tau high"] - table["tau"]],
            fmt="o",
            markersize=4,
            color="#1d4ed8",
        )
        own = float(table.set_index("by")["tau"]["attention"])
        axis.axvline(own, color="#b45309", linewidth=0.9, linestyle=":")
        axis.axvline(0, color="#a3a3a3", linewidth=0.8)
        axis.set_yticks(places, table["by"])
        axis.set_title(encoder, loc="left", fontsize=10)
        axis.set_xlabel("tau with leave-one-out")
        _plain(axis)
    return _saved(figure, path)


def _violins(axis: Axes, words: Importance, changes: np.ndarray) -> None:
    """Draw the changes of each quarter of the largest attention, one violin a predicted label."""
    quarter = np.digitize(words.largest_attention, _BINS[1:-1])
    for label, colour in enumerate(_COLOURS):
        for number in range(len(_BINS) - 1):
            part = changes[(quarter == number) & (words.predicted == label)]
            place = number + (label - 0.5) * 0.4
            # A shape of a handful of sentences would say more than they do.
            if len(part) < 10:
                axis.plot(part, np.full(len(part), place), ".", color=colour, markersize=3)
                continue
            drawn = axis.violinplot(
                part, [place], orientation="horizontal", widths=0.38, showmedians=True
            )
            parts: dict[str, Any] = dict(drawn)
            for body in parts.pop("bodies"):
                body.set_facecolor(colour)
                body.set_alpha(0.5)
            for line in parts.values():
                line.set_color(colour)
                line.set_linewidth(0.9)
    names = [f"{low:g} to {high:g}" for low, high in pairwise(_BINS)]
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(-0.6, len(names) - 0.4)
    axis.set_xlim(-0.02, 1)
    axis.set_xlabel("median change, permuted")
    _plain(axis)


def _plain(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(labelsize=8)
    axis.xaxis.label.set_fontsize(9)
    axis.yaxis.label.set_fontsize(9)


def _saved(figure: object, path: Path) -> Path:
    """Write a figure as PNG and close it."""
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    assert isinstance(figure, Figure)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    return path
