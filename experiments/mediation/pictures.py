"""Heads and layers as heat maps and lines."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

from .heads import HeadEffects
from .neurons import NeuronEffects

_COLOUR = "#1d4ed8"


def draw_heads(models: list[HeadEffects], path: Path) -> Path:
    """Draw each model's indirect effects by head, and by layer beside it; return the path."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    ratios = [3, 1] * len(models)
    figure, axes = pyplot.subplots(
        1,
        2 * len(models),
        figsize=(3.4 * len(models), 2.8),
        width_ratios=ratios,
        squeeze=False,
        layout="constrained",
    )
    for number, effects in enumerate(models):
        board, bars = axes[0, 2 * number : 2 * number + 2]
        mean = effects.indirect_heads.mean(-1)
        most = float(np.abs(mean).max()) or 1.0
        image = board.imshow(
            mean, cmap="PuOr_r", vmin=-most, vmax=most, origin="lower", aspect="auto"
        )
        figure.colorbar(image, ax=board, shrink=0.8)
        board.set_title(f"model {number + 1}", loc="left", fontsize=9)
        board.set_xlabel("head")
        board.set_xticks(range(mean.shape[1]))
        board.set_yticks(range(mean.shape[0]))
        bars.barh(range(mean.shape[0]), effects.indirect_layers.mean(-1), color=_COLOUR)
        bars.set_ylim(board.get_ylim())
        bars.set_yticks([])
        bars.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_ylabel("layer")
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    return path


def draw_neurons(models: list[NeuronEffects], path: Path) -> Path:
    """Draw the share that layers mediate where the person stands; return the path."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(4.8, 2.8), layout="constrained")
    states = [np.concatenate([one.indirect[:1], one.indirect_states]) for one in models]
    for name, colour, effects in (
        ("whole state", "#c2410c", states),
        ("feed-forward output", _COLOUR, [one.indirect for one in models]),
    ):
        shares = np.stack(
            [
                effect.mean(-1) / one.total.mean()
                for effect, one in zip(effects, models, strict=True)
            ]
        )
        for share in shares:
            axis.plot(share, color=colour, alpha=0.35, linewidth=0.8)
        axis.plot(shares.mean(0), color=colour, marker="o", markersize=4, label=name)
    axis.axhline(0, color="#a3a3a3", linewidth=0.8)
    axis.set_xlabel("layer")
    axis.set_xticks(range(len(states[0])), ["embedding", *map(str, range(len(states[0]) - 1))])
    axis.set_ylabel("share of the total effect")
    axis.legend(frameon=False)
    axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    return path
