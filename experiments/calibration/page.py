"""The page and the picture of the calibration: everything in them is computed from the rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from causattn.reproduction import Context, Findings, Row, half_width

from .measure import BULK, LEVELS

MAIN = ("empirical, bias removed", BULK)
NULLS = {1.0: "all variables permuted", 0.5: "half of them permuted"}
UNIFORM = (
    "Share of the pairs with a p-value of at most p (mean over seeds, 95% interval by seeds), the "
    "Kolmogorov-Smirnov distance of all p-values from the uniform distribution, and the share of "
    "seeds with any discovery at a false discovery rate of .2 (which is to be at most .2)."
)
NETWORKS = (
    "Share of false pairs among those discovered (none discovered counts as 0), mean over seeds "
    "[95% interval by seeds; - for one seed], against three truths: dependent at all where nothing "
    "else is known, in one another's Markov blanket (moral), adjacent (skeleton). "
    "Benjamini-Hochberg; training in steps x documents a step."
)
HELD_OUT = (
    "Half of a network's variables permuted and a model trained on that: each such draw in turn is "
    "taken for the data, and the other draws of its seed for its null. Share of false pairs among "
    "those discovered (none discovered counts as 0), mean over all draws [95% interval by draws], "
    "by what is called false: a pair with a permuted variable, which is what the null denies; "
    "besides, two others that are neither dependent nor in one another's Markov blanket "
    "(unrelated); besides, those in the blanket that are independent where nothing else is known "
    "(independent). Then all pairs with a permuted variable of all found; the share of the "
    "dependent pairs that are found; and the share of the pairs with a permuted variable that have "
    "p <= .05. Benjamini-Hochberg."
)
FALSE = {
    "false: permuted": "permuted",
    "false: unrelated": "false related",
    "false: independent": "false dependent",
}
KEYS = ["network", "training", "null", "way"]


def page(rows: list[Row], context: Context) -> Findings:
    """Return the tables, and the quantiles of the p-values under the null."""
    frame = pd.DataFrame(rows)
    parts = {name: part.dropna(axis=1, how="all") for name, part in frame.groupby("part")}
    found = Findings()
    if "uniform" in parts:
        put(found, "Variables that depend on nothing", uniform(parts["uniform"]), UNIFORM)
        note = "Rank correlation over pairs, mean over seeds, of the strength with what biases it."
        put(found, "What biases strengths", biased(parts["uniform"]), note)
        path = context.folder / "quantiles.png"
        quantiles(parts["uniform"]).savefig(path, dpi=130, metadata={"Software": None})
        found.pictures["Quantiles of the p-values against uniform ones"] = path
    if "network" in parts:
        own = by_null(parts["network"])
        put(found, "Networks", networks(own), NETWORKS)
        note = "Asked for .1; false and recall as dependent / moral / skeleton."
        put(found, "Networks, all ways", all_ways(own), note)
    if "held out" in parts:
        put(found, "Draws held out", in_held_out(parts["held out"]), HELD_OUT)
    return found


def put(found: Findings, title: str, lines: Iterable[dict[str, Any]], note: str) -> None:
    """Add a table with its note."""
    found.tables[title], found.notes[title] = pd.DataFrame(lines), note


def uniform(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Yield how uniform p-values are, a line an order and way."""
    for (order, way), part in frame.groupby(["order", "way"], sort=False):
        seeds = [np.array(p) for p in part["p_values"]]
        yield {
            "order": order,
            "p-values": way,
            "seeds": len(seeds),
            **{f"p <= {at:g}": interval([float((p <= at).mean()) for p in seeds]) for at in LEVELS},
            "KS": f"{stats.kstest(np.concatenate(seeds), 'uniform').statistic:.3f}",
            "any at .2": _mean([stats.false_discovery_control(p).min() <= 0.2 for p in seeds]),
        }


def biased(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Yield what strengths have to do with distance and entropy."""
    for order, part in frame[frame["way"] == BULK].groupby("order", sort=False):
        for of in ("attention", "null"):
            found = [bias[of] for bias in part["bias"]]
            yield {
                "order": order,
                "of": of,
                "with distance": _mean([each["distance"] for each in found]),
                "with entropy": _mean([each["entropy"] for each in found]),
            }


def by_null(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what was discovered, with the null and the training in words, the bulk once."""
    bulk = frame["way"] == BULK
    drawn = frame["draws"].astype(str) + " x " + frame["share"].map(lambda at: NULLS.get(at, at))
    frame = frame.assign(
        training=frame["steps"].astype(str) + " x " + frame["batch"].astype(str),
        null=drawn.mask(bulk, "bulk of the pairs"),
    )
    return frame.drop_duplicates([*KEYS, "correction", "rate", "seed"], keep="last")


def networks(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Yield the main ways at each rate."""
    main = frame[frame["way"].isin(MAIN) & (frame["correction"] == "BH")]
    for (*key, _, rate), part in main.groupby([*KEYS, "rate"]):
        found = {
            f"{what}: {target}": interval(part[f"{what} {target}"])
            for what, targets in (
                ("false", ("dependent", "moral", "skeleton")),
                ("recall", ("moral", "skeleton")),
            )
            for target in targets
        }
        yield {
            **dict(zip(KEYS[:3], key, strict=True)),
            "seeds": len(part),
            "asked": f"{rate:g}",
            "found": f"{part['discoveries'].mean():.1f} of {int(part['pairs'].iloc[0])}",
            **found,
        }


def all_ways(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Yield every way and correction at one rate."""
    for key, part in frame[frame["rate"] == 0.1].groupby([*KEYS, "correction"]):
        yield {
            **dict(zip([*KEYS[:3], "p-values", "correction"], key, strict=True)),
            "seeds": len(part),
            "found": f"{part['discoveries'].mean():.1f}",
            **{
                what: " / ".join(
                    _mean(part[f"{what} {target}"]) for target in ("dependent", "moral", "skeleton")
                )
                for what in ("false", "recall")
            },
        }


def in_held_out(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Yield what was discovered in draws that were held out."""
    few = frame.groupby(["network", "seed"])["draws"].transform("max") > frame["draws"]
    groups = frame[~few].groupby(["network", "steps", "batch", "draws"], sort=False)
    for (network, steps, batch, _), own in groups:
        for (way, rate), part in own.groupby(["way", "rate"], sort=False):
            counts = {
                kind: np.concatenate(part[kind].tolist()) for kind in ("found", *FALSE.values())
            }
            found, dependent = counts["found"], sum(map(sum, part["dependent"]))
            true = int((found - counts["false dependent"]).sum())
            yield {
                "network": network,
                "training": f"{steps} x {batch}",
                "draws": " + ".join(map(str, part["draws"])),
                "p-values": way,
                "asked": f"{rate:g}",
                "found a draw": f"{found.mean():.1f}",
                **{
                    title: interval((counts[kind] / np.maximum(found, 1)).tolist())
                    for title, kind in FALSE.items()
                },
                "permuted of all found": f"{counts['permuted'].sum()} of {found.sum()}",
                "recall: dependent": f"{true / max(dependent, 1):.2f}",
                "p <= 0.05": f"{np.mean([d[1] for null in part['null'] for d in null]):.3f}",
            }


def quantiles(frame: pd.DataFrame) -> Figure:
    """Return the quantile-quantile plot of the p-values under the null."""
    names = list(dict.fromkeys(frame["way"]))
    figure = Figure(figsize=(3.1 * len(names), 3.4), layout="constrained")
    axes = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axis, name in zip(axes, names, strict=True):
        for order, part in frame[frame["way"] == name].groupby("order", sort=False):
            found = np.sort(np.concatenate(part["p_values"].tolist()))
            expected = (np.arange(len(found)) + 0.5) / len(found)
            axis.loglog(expected, found, label=order, linewidth=1.5)
        axis.plot([1e-3, 1], [1e-3, 1], color="0.6", linewidth=0.8, linestyle="--")
        axis.set_xlim(1e-3, 1)
        axis.set_ylim(1e-3, 1)
        axis.set_title(name, fontsize=9)
        axis.set_xlabel("uniform quantile")
    axes[0].set_ylabel("p-value")
    axes[0].legend(title="order of mentions", fontsize=8, title_fontsize=8)
    return figure


def interval(values: Iterable[float]) -> str:
    """Return the mean with Student's 95% interval of the mean."""
    found = list(values)
    middle, half = float(np.mean(found)), half_width(found)
    if len(found) < 2:
        return f"{middle:.3f} [-]"
    return f"{middle:.3f} [{middle - half:.3f}, {middle + half:.3f}]"


def _mean(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{np.mean(known):.2f}" if known else "-"
