"""Baselines that keep a comparison honest: what an algorithm has to beat.

======================= ============================================================================
`empty`                 no edge at all
`random`                a random DAG with a given number of edges
`attention_threshold`   the strongest candidate pairs, as they are, without any test
`mutual_information`    the pairs with the most mutual information in the data
`sort_regress`          sort by variance or by R2, then regress each variable on those before it:
                        Reisach, Seiler and Weichwald (2021), "Beware of the simulated DAG!";
                        Reisach et al. (2023), "A scale-invariant sorting criterion"
======================= ============================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from causattn.base import ConfigError, DataError, generator
from causattn.discovery.baselines.pairwise import mutual_information, undirected_graph
from causattn.discovery.contract import Algorithm, Capability, Problem, RunSettings
from causattn.discovery.libraries.calls import seeded, silenced
from causattn.discovery.libraries.causal_learn_graphs import check_regular
from causattn.graphs import CausalGraph, Mark

_ALL_KINDS = frozenset({"continuous", "discrete", "mixed"})


@dataclass(frozen=True, kw_only=True)
class EmptySettings(RunSettings):
    """Baseline: no edge at all."""

    kind: str = "empty"


@dataclass(frozen=True, kw_only=True)
class RandomSettings(RunSettings):
    """Baseline: a random DAG.

    Parameters
    ----------
    edges
        Number of edges: that of the graph it is to be compared with. None for as many as
        variables, which is about what published networks have.
    """

    kind: str = "random"
    edges: int | None = None


@dataclass(frozen=True, kw_only=True)
class AttentionThresholdSettings(RunSettings):
    """Baseline: the strongest candidate pairs as they are, without any test.

    Parameters
    ----------
    edges
        How many of the strongest pairs are edges; None for all that are allowed.
    directed
        Direct each edge along the larger of its two scores; else leave it undirected.
    """

    kind: str = "attention_threshold"
    edges: int | None = None
    directed: bool = False


@dataclass(frozen=True, kw_only=True)
class MutualInformationSettings(RunSettings):
    """Baseline: the pairs with the most mutual information in the data.

    Parameters
    ----------
    edges
        How many of the strongest pairs are edges; None for those that are significant.
    alpha
        Level of the test of each pair's independence, used where `edges` is None.
    """

    kind: str = "mutual_information"
    edges: int | None = None
    alpha: float = 0.01


@dataclass(frozen=True, kw_only=True)
class SortRegressSettings(RunSettings):
    """Baseline: sort the variables by a trivial property, regress each on those before it.

    Parameters
    ----------
    criterion
        Sort by ``"r2"`` (how well the others explain a variable), by ``"variance"``, or in
        ``"random"`` order.
    """

    kind: str = "sort_regress"
    criterion: Literal["r2", "variance", "random"] = "r2"


def run_empty(problem: Problem, settings: EmptySettings) -> CausalGraph:
    """Return the graph without edges."""
    marks = np.zeros((problem.data.size, problem.data.size), dtype=np.int8)
    return CausalGraph(problem.data.names, marks, kind="dag", algorithm="empty graph")


def run_random(problem: Problem, settings: RandomSettings) -> CausalGraph:
    """Return a DAG with that many edges, drawn uniformly over pairs and over orders."""
    rng = generator(problem.seed, "discovery", "random")
    size = problem.data.size
    rows, columns = np.triu_indices(size, 1)
    wanted = min(size, len(rows)) if settings.edges is None else settings.edges
    count = _edge_count(wanted, len(rows))
    chosen = rng.choice(len(rows), size=count, replace=False)
    order = rng.permutation(size)
    adjacency = np.zeros((size, size), dtype=np.uint8)
    adjacency[order[rows[chosen]], order[columns[chosen]]] = 1
    return CausalGraph.from_adjacency(
        adjacency,
        problem.data.names,
        direction="from row to column",
        kind="dag",
        algorithm=f"random dag ({count} edges, seed {problem.seed})",
    )


def run_attention_threshold(problem: Problem, settings: AttentionThresholdSettings) -> CausalGraph:
    """Return the strongest of the allowed candidate pairs as edges."""
    candidates = problem.candidates
    assert candidates is not None  # `prepared` has seen to it
    graph = undirected_graph(
        problem.data.names, candidates.strength, candidates.allowed, settings.edges
    )
    marks = graph.marks.copy()
    if settings.directed:
        forward = (candidates.score > candidates.score.T) & (marks != Mark.NONE)
        marks[forward] = Mark.ARROW
    return CausalGraph(
        problem.data.names,
        marks,
        kind="cpdag",
        algorithm=f"attention threshold ({graph.edge_count} strongest pairs; {candidates.method})",
    )


def run_mutual_information(problem: Problem, settings: MutualInformationSettings) -> CausalGraph:
    """Return the pairs with the most mutual information as undirected edges."""
    information, p_value = mutual_information(problem.data)
    if settings.edges is None:
        allowed = p_value <= settings.alpha
        how = f"pairs significant at alpha {settings.alpha:g}"
    else:
        allowed = np.ones_like(p_value, dtype=bool)
        how = f"{settings.edges} strongest pairs"
    graph = undirected_graph(problem.data.names, information, allowed, settings.edges)
    return CausalGraph(
        problem.data.names,
        graph.marks,
        kind="cpdag",
        algorithm=f"mutual information ({how})",
        tests=problem.data.size * (problem.data.size - 1) // 2,
    )


def run_sort_regress(problem: Problem, settings: SortRegressSettings) -> CausalGraph:
    """Return the DAG of CausalDisco's sort and regress."""
    from CausalDisco import baselines

    data = problem.data
    if data.rows <= data.size:
        raise DataError(
            f"Sort and regress needs more rows than variables, and there are {data.rows} rows for "
            f"{data.size}; add rows or leave variables out."
        )
    check_regular(data)
    with silenced(), seeded(problem.seed):
        if settings.criterion == "r2":
            weights = baselines.r2_sort_regress(data.values)
        elif settings.criterion == "variance":
            weights = baselines.var_sort_regress(data.values)
        else:
            weights = baselines.random_sort_regress(data.values, seed=problem.seed)
    return CausalGraph.from_adjacency(
        weights != 0,
        data.names,
        direction="from row to column",
        kind="dag",
        algorithm=f"sort and regress ({settings.criterion})",
    )


def _edge_count(wanted: int, most: int) -> int:
    if not 0 <= wanted <= most:
        raise ConfigError(f"edges={wanted} is not possible; choose a number from 0 to {most}.")
    return wanted


BASELINES = (
    Algorithm(
        name="empty",
        title="Empty graph",
        gives="dag",
        settings=EmptySettings,
        engines={"": Capability(data_kinds=_ALL_KINDS)},
        run=run_empty,
        source="",
    ),
    Algorithm(
        name="random",
        title="Random graph of equal density",
        gives="dag",
        settings=RandomSettings,
        engines={"": Capability(data_kinds=_ALL_KINDS, seeded=True)},
        run=run_random,
        source="",
    ),
    Algorithm(
        name="attention_threshold",
        title="Strongest candidates",
        gives="cpdag",
        settings=AttentionThresholdSettings,
        engines={"": Capability(data_kinds=_ALL_KINDS, needs_candidates=True)},
        run=run_attention_threshold,
        source="",
    ),
    Algorithm(
        name="mutual_information",
        title="Pairwise mutual information",
        gives="cpdag",
        settings=MutualInformationSettings,
        engines={"": Capability(data_kinds=frozenset({"continuous", "discrete"}))},
        run=run_mutual_information,
        source="",
    ),
    Algorithm(
        name="sort_regress",
        title="Sort and regress",
        gives="dag",
        settings=SortRegressSettings,
        engines={"": Capability(data_kinds=frozenset({"continuous"}), seeded=True)},
        run=run_sort_regress,
        source="Reisach, Seiler and Weichwald 2021; Reisach et al. 2023",
        package="CausalDisco",
    ),
)
