"""The page: curves, heads, and attention as a screen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from causattn.base import generator
from causattn.reproduction import Context, Findings, Row
from experiments.induction.measure import screened

from .measure import STRONGEST


def page(rows: list[Row], context: Context) -> Findings:
    """Return figures, tables and the curve."""
    table = pd.DataFrame(rows)
    parts = {name: own.dropna(axis=1, how="all") for name, own in table.groupby("what")}
    logits = parts["prompt"]["value"]
    curve, cut, kept = _curve(parts)
    senders = parts["sender"]
    strength = np.array(senders["strength"].tolist())
    is_head = ~senders["name"].str.contains("mlp|embedding").to_numpy()
    top = [
        set(senders["name"][is_head].iloc[np.argsort(-own[is_head])[:STRONGEST]])
        for own in strength.T
    ]
    rng = generator(context.seed, "indirect_object", "bootstrap")
    draws = context.settings.bootstrap
    screens = {
        "heads": _screen(parts["head"], "attention", draws, rng),
        "tokens": _screen(parts["tokens"], "attention", draws, rng),
        "tokens, first token taken out": _screen(parts["tokens"], "without_first", draws, rng),
    }
    figures = [
        context.figure(
            "prompts whose right answer is preferred", f"{(logits > 0).sum()} of {len(logits)}"
        ),
        context.figure("logit difference", float(logits.mean())),
        context.figure("share of paths cut where the logit difference is halved", cut),
        context.figure("share of paths kept where faithfulness is within a tenth", kept),
        context.figure(
            "overlap of the twenty strongest heads under rephrasing",
            len(top[0] & top[1]) / len(top[0] | top[1]),
        ),
    ]
    figures += [
        context.figure(f"AUC of attention as a screen of {name}", own["AUC"][0])
        for name, own in screens.items()
    ]
    path = context.folder / "curve.png"
    _drawn(curve).savefig(path, dpi=100, metadata={"Software": None})
    return Findings(
        figures=figures,
        tables={
            "Paths cut or kept": curve,
            "Heads by what replacing them takes": _strongest(parts["head"]),
            "Attention as a screen": pd.DataFrame(
                {
                    "of": name,
                    "true": f"{own['true'][0]:.0f} of {own['true'][1]:.0f}",
                    **{
                        key: "{:.3f} [{:.3f}, {:.3f}]".format(*own[key])
                        for key in ("AUC", "average precision", "rank correlation")
                    },
                }
                for name, own in screens.items()
            ),
        },
        notes={
            "Paths cut or kept": "Mean logit difference; faithfulness is the share that is left of "
            "its difference between prompts and counterfactuals."
        },
        pictures={"Logit difference against the share of paths": path},
    )


def _curve(parts: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, float, float]:
    """Return the curve, and the smallest shares that halve and that keep."""
    whole, nothing = (float(parts[name]["value"].mean()) for name in ("whole", "nothing"))
    own = parts["curve"]
    curve = own[["order", "done", "share", "paths"]].copy()
    curve["logit difference"] = [float(np.mean(each)) for each in own["effect"]]
    curve["faithfulness"] = (curve["logit difference"] - nothing) / (whole - nothing)
    ours = curve[curve["order"] == "attribution"]
    halved = ours[(ours["done"] == "cut") & (ours["logit difference"] <= whole / 2)]["share"]
    near = (ours["faithfulness"] - 1).abs() <= 0.1
    keeps = ours[(ours["done"] == "kept") & near]["share"]
    first = (float(each.min()) if len(each) else float("nan") for each in (halved, keeps))
    return curve.reset_index(drop=True), *first


def _screen(own: pd.DataFrame, column: str, draws: int, rng: np.random.Generator) -> dict[str, Any]:
    attention, effect = (np.array(own[name].tolist(), dtype=float).T for name in (column, "effect"))
    return screened(attention, effect, draws, rng, both_sides=True)


def _strongest(own: pd.DataFrame, shown: int = 15) -> pd.DataFrame:
    effect = np.array(own["effect"].tolist(), dtype=float)
    order = np.argsort(-np.abs(effect.mean(1)))[:shown]
    error = effect.std(1, ddof=1) / np.sqrt(effect.shape[1])
    return pd.DataFrame(
        {
            "head": own["name"].to_numpy()[order],
            "effect": effect.mean(1)[order],
            "standard error": error[order],
            "attention looked at": np.array(own["attention"].tolist()).mean(1)[order],
        }
    )


def _drawn(curve: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(7, 3))
    for axes, (done, own) in zip(figure.subplots(1, 2), curve.groupby("done"), strict=True):
        for name, line in own.groupby("order"):
            axes.plot(line["share"], line["faithfulness"], marker="o", label=name)
        axes.set(xscale="log", xlabel=f"share of paths {done}", ylabel="faithfulness")
        axes.legend(fontsize=7)
    figure.tight_layout()
    return figure
