"""The page: the curve of the loss, the heads, and attention as a screen."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from causattn.base import generator
from causattn.reproduction import Context, Findings, Row

from .measure import screened


def page(rows: list[Row], context: Context) -> Findings:
    """Return figures, tables and the curve."""
    table = pd.DataFrame(rows)
    curve, scores = table[table["what"] == "curve"], table[table["what"] == "score"]
    effects = table[table["what"] == "effect"]
    plain = curve[curve["cut"] == "none"].iloc[0]
    gain = plain["first"] - plain["value"]
    curve = curve.assign(lost=(curve["value"] - plain["value"]) / gain)
    mean = (
        curve[curve["heads"] > 0]
        .groupby(["cut", "heads"])[["edges", "share", "attention", "value", "lost"]]
        .mean()
    )
    own = mean.loc["induction"]
    half = own[own["lost"] >= 0.5]
    first = half.index[0] if len(half) else None
    controls = [name for name in ("random", "equal attention") if name in mean.index.levels[0]]
    most = max(mean.loc[name].loc[first, "lost"] for name in controls) if first else np.nan
    both = scores.merge(effects, on=["layer", "head"], suffixes=("", "_cut"))
    attention, cut = (
        np.array(effects[column].tolist(), dtype=float).T for column in ("attention", "by_document")
    )
    rng = generator(context.seed, "induction", "bootstrap")
    screen = screened(attention, cut, context.settings.bootstrap, rng)
    named = ("AUC of the score as a screen", "average precision of the score as a screen")
    figures = [
        context.figure("loss of the first half", float(plain["first"])),
        context.figure("loss of the second half", float(plain["value"])),
        context.figure("heads with a score above .4", int((scores["value"] > 0.4).sum())),
        context.figure(
            "share of edges cut where half of the gain is lost",
            float(half["share"].iloc[0]) if first else float("nan"),
        ),
        context.figure("most of the gain lost by a control with as many edges", float(most)),
        context.figure(named[0], screen["AUC"][0]),
        context.figure(named[1], screen["average precision"][0]),
        context.figure("rank correlation of score and effect", screen["rank correlation"][0]),
    ]
    best = both.sort_values("value", ascending=False).head(12)
    heads = pd.DataFrame(
        {
            "head": [f"{a:.0f}.{b:.0f}" for a, b in zip(best["layer"], best["head"], strict=True)],
            "prefix matching": best["value"],
            "loss added when its edges are cut": best["value_cut"],
        }
    )
    intervals = pd.DataFrame(
        [
            {"": name, "estimate": found[0], "low": found[1], "high": found[2]}
            for name, found in screen.items()
            if name != "true"
        ]
    )
    path = context.folder / "curve.png"
    levels = {"nothing cut": float(plain["value"]), "first half": float(plain["first"])}
    drawn(mean.reset_index(), levels).savefig(path, dpi=100, metadata={"Software": None})
    true, every = screen["true"][:2]
    return Findings(
        figures=figures,
        tables={
            "Loss of the second half against heads cut": mean.reset_index(),
            "Heads by their score": heads,
            "Attention as a screen": intervals,
        },
        notes={
            "Attention as a screen": f"Cutting raises the loss for {true:.0f} of {every:.0f} heads "
            "by themselves (above 0 over documents, with Bonferroni's bar)."
        },
        pictures={"Loss of the second half against heads cut": path},
    )


def drawn(mean: pd.DataFrame, levels: dict[str, float]) -> Figure:
    """Draw the loss against the number of heads whose edges are cut."""
    figure = Figure(figsize=(5, 3.2))
    axes = figure.subplots()
    for name, own in mean.groupby("cut"):
        axes.plot(own["heads"], own["value"], marker="o", label=name)
    for what, level in levels.items():
        axes.axhline(level, color="grey", linewidth=0.8, linestyle="--")
        axes.annotate(what, (1, level), fontsize=7, va="bottom")
    axes.set(xscale="log", xlabel="heads cut", ylabel="loss of the second half (nats)")
    axes.legend(fontsize=7)
    figure.tight_layout()
    return figure
