"""How well attention, rollout and flow agree with what matters to the answer, layer by layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd

from causattn.reproduction import Context, Figure, Findings

from .importance import ATTENTION, REFERENCES
from .measure import KEYS


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Say how often the shape shows."""
    settings, seeds = context.settings, range(context.seed, context.seed + context.settings.seeds)
    table = pd.DataFrame(rows).assign(seed=lambda rows: context.seed + rows["model"])
    models = table.drop_duplicates("seed")
    by_seed = table.set_index(["seed", *KEYS])["correlation"]
    shown = by_seed.groupby(KEYS, sort=False).agg(["mean", "std", "min", "max"]).reset_index()
    ends = by_seed.loc[:, settings.ranks, "blank-out"].sort_index()
    blank = {by: np.stack([ends.loc[seed, by].to_numpy() for seed in seeds]) for by in ATTENTION}
    findings = Findings()
    findings.figures = [*_accuracies(models), *_shape(blank, context)]
    findings.tables = {
        f"Against {against}, {ranks} ranks: mean over models": part.pivot(
            index="layer", columns="by", values="mean"
        )[list(ATTENTION)].reset_index()
        for (ranks, against), part in shown.groupby(["ranks", "against"], sort=False)
    }
    findings.tables["The shape by seed, against blank-out"] = _by_seed(seeds, blank)
    spread = shown[(shown["ranks"] == settings.ranks) & (shown["against"] == "blank-out")]
    findings.tables["Spread over models, against blank-out"] = spread[
        ["by", "layer", "mean", "std", "min", "max"]
    ].reset_index(drop=True)
    caption = (
        f"Rank correlation with importance by layer ({settings.ranks} ranks; thick: mean over "
        f"models, thin: each of the {settings.seeds})"
    )
    drawn = by_seed.loc[:, settings.ranks].reset_index()
    findings.pictures[caption] = draw(drawn, context.folder)
    evaluated = sorted(set(models["ranked"]))
    findings.remarks = [
        f"Figures are in {settings.ranks} ranks, means over {settings.seeds} "
        f"model{'s' if settings.seeds > 1 else ''} (seeds {seeds[0]} to {seeds[-1]}) and "
        f"{' or '.join(map(str, evaluated))} held-out sentences each; words other than the hidden "
        "verb are ranked.",
        "Published figures are of the first and last of six layers, remembered from the paper's "
        "table 1, on another corpus with another model: the shape is compared, not the values.",
    ]
    everyone = int(table["correlations"].sum())
    undefined = everyone - int(table["defined"].sum())
    if undefined:
        findings.remarks.append(
            f"{undefined} of {everyone:,} correlations are of lists with all values tied, "
            "so that they have none; they are left out of the means."
        )
    return findings


def _accuracies(models: pd.DataFrame) -> list[Figure]:
    """Return the share of right verbs, in all sentences and in those with attractors."""
    figures = []
    for name, all_of, right in (
        ("accuracy, held-out sentences", "sentences", "right"),
        ("accuracy, those with an attractor", "misled", "right_misled"),
    ):
        if sentences := int(models[all_of].sum()):
            ours = int(models[right].sum()) / sentences
            note = f"{sentences:,} sentences"
            figures.append(Figure(name, None, ours, None, "retrain", note))
    return figures


def _differences(blank: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return what the shape is about, by model: below 0, above 0, above 0."""
    raw = blank["raw attention"]
    return {
        "raw attention: last layer less first": raw[:, -1] - raw[:, 0],
        "last layer: rollout less raw attention": blank["rollout"][:, -1] - raw[:, -1],
        "last layer: flow less raw attention": blank["flow"][:, -1] - raw[:, -1],
    }


def _holds(differences: dict[str, np.ndarray]) -> np.ndarray:
    """Return which models show the whole shape, bool [models]."""
    falls, *above = differences.values()
    found: np.ndarray = (falls <= 0) & np.all([part >= 0 for part in above], axis=0)
    return found


def _by_seed(seeds: range, blank: dict[str, np.ndarray]) -> pd.DataFrame:
    differences = _differences(blank)
    return pd.DataFrame(
        {"seed": list(seeds), **differences, "the whole shape": _holds(differences)}
    )


def _shape(blank: dict[str, np.ndarray], context: Context) -> list[Figure]:
    """Return the ends of the lines against blank-out, and what was agreed of them.

    Parameters
    ----------
    blank
        For each of `ATTENTION` float64 [models, L].
    context
        With what was agreed.
    """
    figures = [
        context.figure(f"{by}, {where} layer, against blank-out", float(layers[:, place].mean()))
        for by, layers in blank.items()
        for where, place in (("first", 0), ("last", -1))
    ]
    for name, values in _differences(blank).items():
        falls = name.startswith("raw")
        holds = int(((values <= 0) if falls else (values >= 0)).sum())
        note = (
            f"the shape: it {'falls' if falls else 'ends above'}; so with {holds} of {len(values)} "
            "models"
        )
        figures.append(context.figure(name, float(values.mean()), note))
    models = len(blank["raw attention"])
    name = f"models that show the whole shape, of {models}"
    figures.append(Figure(name, None, int(_holds(_differences(blank)).sum()), None, "retrain"))
    return figures


def draw(shown: pd.DataFrame, folder: Path) -> Path:
    """Draw the correlations by layer, one panel a reference, and return the picture's path."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(8, 3.2), sharey=True, layout="constrained")
    colours = dict(zip(ATTENTION, ("#525252", "#c2410c", "#1d4ed8"), strict=True))
    for axis, against in zip(axes, REFERENCES, strict=True):
        for by, colour in colours.items():
            part = shown[(shown["against"] == against) & (shown["by"] == by)]
            for _, one in part.groupby("seed"):
                axis.plot(one["layer"], one["correlation"], color=colour, alpha=0.3, linewidth=0.7)
            mean = part.groupby("layer")["correlation"].mean()
            axis.plot(mean.index, mean, marker="o", markersize=4, color=colour, label=by)
        axis.axhline(0, color="#a3a3a3", linewidth=0.8)
        axis.set_title(f"against {against}", loc="left")
        axis.set_xlabel("layer")
        axis.set_xticks(sorted(shown["layer"].unique()))
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("rank correlation, mean")
    axes[1].legend(frameon=False)
    path = folder / "layers.png"
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    return path
