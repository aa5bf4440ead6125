"""An intervention on a model of documents, against the same intervention on what made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import causattn
from causattn.corpora import Corpus, Network, load_network
from causattn.effects import Contrast, ModelInterventions
from causattn.features import FeatureTable
from causattn.models import LanguageModel
from causattn.reproduction import Context, Findings, Row, extent

MODELS = {
    "left to right, causes first": ("lstm_lm", "causal"),
    "left to right, shuffled": ("lstm_lm", "shuffled"),
    "masked, hidden slot": ("tiny_mlm", "shuffled"),
}
SEEN = "documents: difference of means"


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a network, kind of model and seed."""
    for seed in range(settings.seeds):
        for network in settings.networks:
            for name, (kind, order) in MODELS.items():
                yield {
                    "network": network,
                    "model": name,
                    "order": order,
                    "seed": seed,
                    "documents": settings.documents,
                    "written": settings.written,
                    "settings": {"kind": kind, **settings.models[kind]},
                }


def measure(job: Mapping[str, Any], context: Context) -> list[Row]:
    """Return a row an ordered pair: what the model says of do(source), and what is true."""
    network, seed = load_network(job["network"]), job["seed"]
    corpus = causattn.load_corpus(
        "bayesnet",
        seed=seed,
        network=job["network"],
        documents=job["documents"],
        order=job["order"],
    )
    settings = dict(job["settings"])
    model = causattn.load_model(settings.pop("kind"), corpus=corpus, seed=seed, **settings)
    table = causattn.build_features(corpus, seed=seed)
    asked = ModelInterventions(model, corpus, table, documents=job["written"], seed=seed)
    return [
        row | {"source": table.names[i], "target": table.names[j]}
        for i in range(table.size)
        for j in range(table.size)
        if i != j and (row := _pair(network, corpus, table, model, asked, i, j))
    ]


def _pair(
    network: Network,
    corpus: Corpus,
    table: FeatureTable,
    model: LanguageModel,
    asked: ModelInterventions,
    i: int,
    j: int,
) -> Row:
    """Return the effect of the source's two most frequent values on the target's most frequent."""
    start, end = _frequent(table, i)[:2]
    (value,) = _frequent(table, j)[:1]
    source, target = table.names[i], table.names[j]
    effect = asked.effect(i, j, Contrast(start, end, None if _is_number(table, j) else value))
    first, last = (_marginal(network.name, source, side, target) for side in (start, end))
    states = network.states[network.variables.index(target)]
    codes, column = table.values[:, i], table.values[:, j]
    if _is_number(table, j):
        weights = np.array([float(state) for state in states])
    else:
        weights = np.array([float(state == value) for state in states])
    levels = table.categories[i] or ()
    seen = [
        weights[column[codes == levels.index(side)].astype(int)].mean() for side in (start, end)
    ]
    graph = network.graph()
    arrow = bool(graph.directed()[graph.names.index(source), graph.names.index(target)])
    # Where the target stands first in every document, setting the source cannot move it.
    silent = isinstance(effect, str) and "stands before" in effect
    if isinstance(effect, str) and not silent:
        return {"refused": effect}
    return {
        "edge": arrow,
        "estimate": 0.0 if isinstance(effect, str) else effect.estimate,
        "written": not silent,
        "true": float(weights @ (last - first)),
        "seen": float(seen[1] - seen[0]),
    }


def _frequent(table: FeatureTable, feature: int) -> list[str]:
    """Return a feature's values, the most frequent first."""
    names = table.categories[feature] or ()
    counts = np.bincount(table.values[:, feature].astype(int), minlength=len(names))
    return [names[k] for k in np.argsort(-counts, kind="stable")]


def _is_number(table: FeatureTable, feature: int) -> bool:
    """Return whether an effect on the feature is on the mean of the numbers it is called."""
    from causattn.effects import numeric_levels

    names = table.categories[feature] or ()
    return len(names) > 2 and numeric_levels(names) is not None


@cache
def _marginal(network: str, source: str, value: str, target: str) -> np.ndarray:
    return load_network(network).intervened({source: value}).marginal(target)


def page(rows: list[Row], context: Context) -> Findings:
    """Return correlation and error of each model's answers with the truth, by network."""
    table = pd.DataFrame(rows)
    findings = Findings()
    for title, kept in (
        ("Arrows of the network", table["edge"].astype(bool)),
        ("Arrows turned round: no effect is true", _turned(table)),
        ("All ordered pairs", table["true"].notna()),
    ):
        findings.tables[title] = pd.DataFrame(_by_network(table[kept]))
    own = table[table["edge"].astype(bool)]
    for name in MODELS:
        found = [_r(part) for _, part in own[own["model"] == name].groupby(["network", "seed"])]
        findings.figures.append(context.figure(f"r at arrows, {name}", float(np.mean(found))))
    return findings


def _by_network(table: pd.DataFrame) -> list[Row]:
    found = []
    for network, here in table.groupby("network", sort=False):
        for name, part in here.groupby("model", sort=False):
            found.append(_line(str(network), str(name), part, "estimate"))
        first = here[here["model"] == next(iter(MODELS))]
        found.append(_line(str(network), SEEN, first, "seen"))
    return found


def _line(network: str, name: str, part: pd.DataFrame, column: str) -> Row:
    seeds = [own for _, own in part.groupby("seed")]
    return {
        "network": network,
        "who is asked": name,
        "pairs": len(seeds[0]),
        "r": extent(_r(own, column) for own in seeds),
        "root mean square error": extent(
            float(np.sqrt(((own[column] - own["true"]) ** 2).mean())) for own in seeds
        ),
    }


def _r(part: pd.DataFrame, column: str = "estimate") -> float:
    """Return the correlation with the truth; NaN where either does not vary."""
    if part["true"].std() < 1e-12 or part[column].std() < 1e-12:
        return float("nan")
    return float(np.corrcoef(part[column], part["true"])[0, 1])


def _turned(table: pd.DataFrame) -> pd.Series:
    """Return which rows are an arrow of the network the wrong way round, bool."""
    arrows = table[table["edge"].astype(bool)]
    known = set(zip(arrows["network"], arrows["target"], arrows["source"], strict=True))
    return pd.Series(
        [
            key in known
            for key in zip(table["network"], table["source"], table["target"], strict=True)
        ],
        index=table.index,
    )
