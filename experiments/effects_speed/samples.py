"""Linear data from a random graph, and samples of bundled networks, as feature tables."""

from __future__ import annotations

import numpy as np

from causattn.corpora import Mentions, load_network
from causattn.features import FeatureKind, FeatureTable
from causattn.graphs import CausalGraph


def linear_table(
    size: int, edges: int, rows: int, seed: int = 0
) -> tuple[FeatureTable, CausalGraph]:
    """Return standardised data of a linear model over a random DAG, and the DAG."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(size)
    pairs = np.array(np.triu_indices(size, 1)).T
    weights = np.zeros((size, size))
    for first, second in pairs[rng.choice(len(pairs), edges, replace=False)]:
        strength = rng.uniform(0.3, 1.0) * rng.choice([-1.0, 1.0])
        weights[order[first], order[second]] = strength
    values = np.zeros((rows, size))
    for node in order:
        values[:, node] = values @ weights[:, node] + rng.normal(size=rows)
    values /= values.std(axis=0)
    names = tuple(f"v{node}" for node in range(size))
    table = FeatureTable(
        names=names,
        kinds=(FeatureKind.SLOT,) * size,
        values=values,
        categories=(None,) * size,
        carriers=Mentions.empty(),
        documents=np.arange(rows),
    )
    graph = CausalGraph.from_adjacency(
        (weights != 0).astype(np.uint8), names, direction="from row to column", kind="dag"
    )
    return table, graph


def network_table(name: str, rows: int, seed: int = 0) -> tuple[FeatureTable, CausalGraph]:
    """Return a sample of a bundled network, and its DAG over what varies in the sample."""
    network = load_network(name)
    codes = network.sample(rows, np.random.default_rng(seed))
    # A value that few rows have cannot be contrasted: such variables would end an edge.
    held = [np.sort(np.bincount(column))[::-1] for column in codes.T]
    kept = [k for k, counts in enumerate(held) if len(counts) > 1 and counts[1] >= 10]
    names = tuple(network.variables[k] for k in kept)
    table = FeatureTable(
        names=names,
        kinds=(FeatureKind.SLOT,) * len(kept),
        values=codes[:, kept].astype(float),
        categories=tuple(network.states[k] for k in kept),
        carriers=Mentions.empty(),
        documents=np.arange(rows),
    )
    whole = network.graph().adjacency("from row to column")
    graph = CausalGraph.from_adjacency(
        whole[np.ix_(kept, kept)], names, direction="from row to column", kind="dag"
    )
    return table, graph
