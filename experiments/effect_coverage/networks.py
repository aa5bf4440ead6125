"""Intervals of every edge of a bundled network, beside exact truths."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from opt_einsum import contract

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

Row = dict[str, Any]
SMALL = 30
"""Networks with fewer edges get more seeds."""


def network_jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a network, size of sample and seed."""
    seeds = {}
    for name in settings.networks or bundled_networks():
        network = load_network(name)
        if not settings.networks and len(network.variables) > settings.variables:
            continue
        small = sum(map(len, network.parents)) < SMALL
        seeds[name] = settings.seeds_of_small if small else settings.seeds
    # All networks once, then again: what is stopped has something of each.
    for seed in range(max(seeds.values(), default=0)):
        for name in (one for one, count in seeds.items() if seed < count):
            for rows in settings.rows:
                estimators = list(settings.estimators)
                yield {"network": name, "rows": rows, "seed": seed, "estimators": estimators}


def network_rows(network: str, rows: int, seed: int, estimators: list[str]) -> list[Row]:
    """Return a row for each edge and estimator."""
    net = load_network(network)
    table = sampled(net, rows, seed)
    design = Design(table)
    linear = LinearEffects(design)
    sets = AdjustmentSets(net.graph())
    place = {name: k for k, name in enumerate(table.names)}
    found: dict[str, list[Row]] = {name: [] for name in estimators}
    for target, parents in enumerate(net.parents):
        for source in parents:
            names = net.variables[source], net.variables[target]
            if not {*names} <= {*place}:
                continue
            given = sets.find(source, target, "optimal").variables or ()
            columns = tuple(place[net.variables[k]] for k in given if net.variables[k] in place)
            question = Question(design, linear, place[names[0]], place[names[1]], columns)
            edge = {"source": names[0], "target": names[1], "adjusted for": len(columns)}
            for name in estimators:
                row = _estimated(net, table, question, name)
                found[name].append({"estimator": name, **edge, **row})
    # One estimator after the other: equal columns lie together and take less room.
    return [row for every in found.values() for row in every]


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
    states = network.states[network.variables.index(target)]
    levels = network.states[network.variables.index(source)]
    start, end = (
        interventional(network.name, source, target)[levels.index(side)] for side in meaning[:2]
    )
    weights = numeric_levels(states) if meaning.value is None else None
    if weights is None:
        weights = np.array([float(state == meaning.value) for state in states])
    codes = table.values[:, question.source].astype(int)
    shares = np.bincount(codes, minlength=len(levels)) / len(codes)
    truth = float(weights @ (end - start))
    return {
        # Three digits, so that the record stays small; whether it holds is of all of them.
        "holds": bool(effect.low <= truth + 1e-12 and truth - 1e-12 <= effect.high),
        "excludes 0": bool(effect.low > 0 or effect.high < 0),
        "truth": digits(truth),
        "off by": digits(effect.estimate - truth, 2),
        "width": digits(effect.high - effect.low),
        "rarer value": digits(min(shares[levels.index(side)] for side in meaning[:2]), 2),
        "contrasts": meaning.compared,
        "unseen": digits(effect.more.get("data_unseen", 0.0), 2),
        "by strata": effect.method.startswith("standardisation"),
    }


def digits(number: float, kept: int = 3) -> float:
    """Return a number with so many significant digits."""
    return float(f"{number:.{kept}g}")


@cache
def interventional(network: str, source: str, target: str) -> np.ndarray:
    """Return the target's exact distribution for each value the source is set to.

    All values at once, over what still acts on the target: the source's table is left out and its
    axis stays. float64 [the source's values, the target's].
    """
    net = load_network(network)
    first, last = net.variables.index(source), net.variables.index(target)
    needed, front = {last}, [last]
    while front:
        for parent in net.parents[front.pop()]:
            if parent not in needed:
                needed.add(parent)
                if parent != first:
                    front.append(parent)
    operands: list[Any] = []
    for node in sorted(needed - {first}):
        axes = [*net.parents[node], node]
        operands += [net.tables[node].reshape([len(net.states[k]) for k in axes]), axes]
    found: np.ndarray = contract(*operands, [first, last], optimize="greedy")
    return found
