"""`compare_graphs`: how near an estimate lies to the truth, as flat numbers."""

from __future__ import annotations

from causattn.base import DataError
from causattn.graphs.agreement import Agreement, adjacency_agreement, arrowhead_agreement
from causattn.graphs.class_members import member_distances
from causattn.graphs.distances import (
    adjustment_identification_distance,
    structural_hamming_distance,
)
from causattn.graphs.equivalence import dag_to_cpdag, pdag_to_dag
from causattn.graphs.graph import CausalGraph

Number = float | int | bool | None


def to_cpdag(graph: CausalGraph) -> CausalGraph:
    """Return a DAG's CPDAG, and any other graph as it is."""
    if graph.kind != "dag":
        return graph
    return CausalGraph.from_adjacency(
        dag_to_cpdag(graph.adjacency("from row to column")),
        graph.names,
        direction="from row to column",
        kind="cpdag",
    )


def compare_graphs(estimate: CausalGraph, truth: CausalGraph) -> dict[str, Number]:
    """Compare an estimate with the truth.

    DAGs are turned into CPDAGs on both sides first, since data (without interventions or further
    assumptions) tell no more than the equivalence class. Where a number is not defined, it is None.

    Parameters
    ----------
    estimate
        A DAG, CPDAG or PAG.
    truth
        A DAG or CPDAG, or a PAG.

    Returns
    -------
    metrics
        ``shd`` (each differing pair counts once), ``adjacency_`` and ``arrowhead_`` with
        ``precision``, ``recall`` and ``f1``, ``edges``, ``true_edges``; ``parent_aid``,
        ``ancestor_aid``, ``oset_aid`` (shares of ordered pairs); ``dag_shd`` where both are DAGs;
        ``shd_best_member``, ``shd_worst_member``, ``sid_best_member``, ``sid_worst_member``
        against a true DAG; and ``valid_cpdag``: whether the estimate is one.

        An estimate that is no valid CPDAG, as PC finds them on finite samples, has adjustment and
        member distances by the CPDAG of a consistent extension where there is one, else None.
        Between a PAG and a graph that is none, a circle and a tail are different claims: only
        adjacencies and arrowheads are compared and ``shd`` is None.

    Raises
    ------
    DataError
        Where the two graphs are not over the same variables.
    """
    estimate_class, truth_class = to_cpdag(estimate), to_cpdag(truth)
    same_language = (estimate.kind == "pag") == (truth.kind == "pag")
    metrics: dict[str, Number] = {
        "shd": structural_hamming_distance(estimate_class, truth_class) if same_language else None,
        **_named("adjacency", adjacency_agreement(estimate_class, truth_class)),
        **_named("arrowhead", arrowhead_agreement(estimate_class, truth_class)),
        "edges": estimate.edge_count,
        "true_edges": truth.edge_count,
    }
    both_dags = estimate.kind == truth.kind == "dag"
    metrics["dag_shd"] = structural_hamming_distance(estimate, truth) if both_dags else None
    metrics |= dict.fromkeys(_BY_EXTENSION)
    if "pag" in (estimate.kind, truth.kind):
        return {**metrics, "valid_cpdag": None}
    completed = _completed(estimate_class)
    metrics["valid_cpdag"] = completed is not None and not structural_hamming_distance(
        completed, estimate_class
    )
    if completed is None:
        return metrics
    for strategy in ("parent", "ancestor", "oset"):
        metrics[f"{strategy}_aid"] = adjustment_identification_distance(
            completed,
            truth_class,
            strategy,
        ).share
    if truth.kind == "dag":
        for name, found in member_distances(completed, truth).items():
            if found is not None:
                metrics[f"{name}_best_member"] = found.best
                metrics[f"{name}_worst_member"] = found.worst
    return metrics


_BY_EXTENSION = (
    "parent_aid",
    "ancestor_aid",
    "oset_aid",
    "shd_best_member",
    "shd_worst_member",
    "sid_best_member",
    "sid_worst_member",
)


def _completed(estimate: CausalGraph) -> CausalGraph | None:
    """Return the CPDAG of a consistent extension, or None where there is none."""
    marks_fit = all(edge.symbol in ("-->", "---") for edge in estimate.edges())
    if not marks_fit:
        return None
    try:
        extension = pdag_to_dag(estimate.adjacency("from row to column"))
    except DataError:
        return None
    return CausalGraph.from_adjacency(
        dag_to_cpdag(extension), estimate.names, direction="from row to column", kind="cpdag"
    )


def _named(what: str, found: Agreement) -> dict[str, Number]:
    return {
        f"{what}_precision": found.precision,
        f"{what}_recall": found.recall,
        f"{what}_f1": found.f1,
    }
