"""Coverage of the true interventional effect by the intervals of every edge of a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import generator
from causattn.corpora import Mentions, Network, bundled_networks, load_network
from causattn.effects import (
    ESTIMATORS,
    AdjustmentSets,
    Design,
    LinearEffects,
    Question,
    numeric_levels,
)
from causattn.features import FeatureKind, FeatureTable
from causattn.reproduction import Context, Findings

Row = dict[str, Any]
SMALL = 30
"""Networks with fewer edges get more seeds."""
RARE = 0.03
TOO_SLOW = {"diabetes"}
"""Networks whose exact interventional marginals take minutes each."""


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a network, size of sample and seed."""
    seeds = {}
    for name in settings.networks or bundled_networks():
        network = load_network(name)
        if not settings.networks and (
            len(network.variables) > settings.variables or name in TOO_SLOW
        ):
            continue
        small = sum(map(len, network.parents)) < SMALL
        seeds[name] = settings.seeds_of_small if small else settings.seeds
    # All networks once, then again: what is stopped has something of each.
    for seed in range(max(seeds.values())):
        for name in (one for one, count in seeds.items() if seed < count):
            for rows in settings.rows:
                estimators = list(settings.estimators)
                yield {"network": name, "rows": rows, "seed": seed, "estimators": estimators}


def measure(job: Mapping[str, Any], context: Context) -> list[Row]:
    """Return a row for each edge and estimator."""
    network = load_network(job["network"])
    table = sampled(network, job["rows"], job["seed"])
    design = Design(table)
    linear = LinearEffects(design)
    sets = AdjustmentSets(network.graph())
    place = {name: k for k, name in enumerate(table.names)}
    found = []
    for target, parents in enumerate(network.parents):
        for source in parents:
            names = network.variables[source], network.variables[target]
            if not {*names} <= {*place}:
                continue
            given = sets.find(source, target, "optimal").variables or ()
            columns = tuple(
                place[network.variables[k]] for k in given if network.variables[k] in place
            )
            question = Question(design, linear, place[names[0]], place[names[1]], columns)
            about = {key: job[key] for key in ("network", "rows", "seed")}
            about |= {"source": names[0], "target": names[1], "adjusted for": len(columns)}
            for estimator in job["estimators"]:
                row = _estimated(network, table, question, estimator)
                found.append(about | {"estimator": estimator} | row)
    return found


def sampled(network: Network, rows: int, seed: int) -> FeatureTable:
    """Return a sample of a network as features, constant columns left out."""
    codes = network.sample(rows, generator(seed, "effect_coverage", network.name, str(rows)))
    kept = [k for k in range(codes.shape[1]) if np.ptp(codes[:, k]) > 0]
    return FeatureTable(
        tuple(network.variables[k] for k in kept),
        (FeatureKind.SLOT,) * len(kept),
        codes[:, kept].astype(float),
        tuple(network.states[k] for k in kept),
        Mentions.empty(),
        np.arange(rows),
    )


def _estimated(network: Network, table: FeatureTable, question: Question, estimator: str) -> Row:
    """Return an effect beside its truth, or why there is none."""
    effect = ESTIMATORS[estimator].effect(question)
    if isinstance(effect, str):
        return {"refused": effect}
    meaning = effect.meaning
    source, target = (table.names[k] for k in (question.source, question.target))
    start, end = (_marginal(network.name, source, side, target) for side in meaning[:2])
    states = network.states[network.variables.index(target)]
    weights = numeric_levels(states) if meaning.value is None else None
    if weights is None:
        weights = np.array([float(state == meaning.value) for state in states])
    codes = table.values[:, question.source].astype(int)
    shares = np.bincount(codes) / len(codes)
    levels = network.states[network.variables.index(source)]
    return {
        "estimate": effect.estimate,
        "low": effect.low,
        "high": effect.high,
        "truth": float(weights @ (end - start)),
        "rarer value": float(min(shares[levels.index(side)] for side in meaning[:2])),
        "contrasts": meaning.compared,
        "unseen": effect.more.get("data_unseen"),
        "method": effect.method,
    }


@cache
def _marginal(network: str, source: str, value: str, target: str) -> np.ndarray:
    """Return the target's exact distribution were the source set to a value."""
    return load_network(network).intervened({source: value}).marginal(target)


def page(rows: list[Row], context: Context) -> Findings:
    """Return coverage by network and by kind of edge."""
    table = pd.DataFrame(rows)
    kept = table[table["estimate"].notna()].copy()
    kept["holds"] = (kept["low"] <= kept["truth"] + 1e-12) & (kept["truth"] - 1e-12 <= kept["high"])
    kept["width"] = kept["high"] - kept["low"]
    kept["excludes 0"] = (kept["low"] > 0) | (kept["high"] < 0)
    by_network = _shown(kept, ["network", "rows"])
    findings = Findings(
        tables={
            "Coverage by network": by_network,
            "Coverage by kind of edge": _by_kind(kept),
            "Refused": _refused(table),
        }
    )
    for estimator, part in kept.groupby("estimator"):
        least = part.groupby(["network", "rows"])["holds"].mean().min()
        name = f"least coverage of {estimator}, by network and rows"
        findings.figures.append(context.figure(name, float(least)))
    return findings


def _shown(kept: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return intervals, coverage, width and share that excludes 0, estimators side by side."""
    grouped = kept.groupby([*keys, "estimator"], sort=False)
    figures = grouped.agg(
        intervals=("holds", "size"),
        coverage=("holds", "mean"),
        width=("width", "median"),
        excludes=("excludes 0", "mean"),
    ).round(3)
    wide = figures.unstack("estimator")
    wide.columns = [f"{estimator}: {name}" for name, estimator in wide.columns]
    order = sorted(wide.columns, reverse=True)
    return wide[order].reset_index()


def _by_kind(kept: pd.DataFrame) -> pd.DataFrame:
    """Return the same by kinds of edges; the kinds overlap."""
    unseen = kept["unseen"].fillna(0.0).astype(float)
    ours = kept["estimator"] == "standardised"
    kinds = {
        "all": np.ones(len(kept), dtype=bool),
        "nothing to adjust for": kept["adjusted for"] == 0,
        "something to adjust for": kept["adjusted for"] > 0,
        "one contrast": kept["contrasts"] == 1,
        "several contrasts": kept["contrasts"] > 1,
        f"a value rarer than {RARE:.0%}": kept["rarer value"] < RARE,
        "a value rarer than 1%": kept["rarer value"] < 0.01,
        "standardised: every stratum shows both values": ours
        & kept["method"].str.startswith("standardisation")
        & (unseen == 0),
        "standardised: some do not": ours & (unseen > 0),
        "standardised: more than a tenth of the rows in such": ours & (unseen > 0.1),
        "standardised: by regression": ours & ~kept["method"].str.startswith("standardisation"),
    }
    parts = [kept[chosen].assign(kind=kind) for kind, chosen in kinds.items() if chosen.any()]
    return _shown(pd.concat(parts), ["kind", "rows"])


def _refused(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many effects were refused, by the reason's words without names and numbers."""
    refused = table.get("refused")
    if refused is None or refused.isna().all():
        return pd.DataFrame({"reason": ["none"], "effects": [0]})
    words = refused.dropna().str.replace(r"^\S+ has", "A feature has", regex=True)
    words = words.str.replace(r":.*", "", regex=True)
    words = words.str.replace(r"the value of \S+", "the source's value", regex=True)
    counted = words.value_counts().rename_axis("reason").reset_index(name="effects")
    return counted
