"""Every metric of graphs by name, and all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry
from causattn.graphs.contract import GraphPair, Number
from causattn.graphs.graph import CausalGraph
from causattn.graphs.marginal import varying

if TYPE_CHECKING:
    from causattn.graphs.contract import GraphMetric


METRICS: Registry[GraphMetric] = Registry(
    "metrics",
    "metric",
    "METRIC",
    "causattn.graphs",
    "causattn.graphs.contract:GraphMetric",
    "metric",
)


def compare_graphs(estimate: CausalGraph, truth: CausalGraph) -> dict[str, Number]:
    """Compare an estimate with the truth.

    DAGs are turned into CPDAGs on both sides first, since data (without interventions or further
    assumptions) say no more than the equivalence class. Where a number is not defined, it is None.

    Parameters
    ----------
    estimate
        A DAG, CPDAG or PAG.
    truth
        A DAG or CPDAG, or a PAG.

    Returns
    -------
    metrics
        One number a metric of `METRICS`: ``shd`` (each differing pair counts once), ``adjacency_``
        and ``arrowhead_`` with ``precision``, ``recall`` and ``f1``, ``edges``, ``true_edges``;
        ``parent_aid``, ``ancestor_aid``, ``oset_aid`` (shares of ordered pairs); ``dag_shd`` where
        both are DAGs; ``shd_best_member``, ``shd_worst_member``, ``sid_best_member``,
        ``sid_worst_member`` against a true DAG; and ``valid_cpdag``: whether the estimate is one.

        An estimate that is no valid CPDAG, as PC finds them on finite samples, has adjustment and
        member distances by the CPDAG of a consistent extension where there is one, else None.
        Between a PAG and a graph that is none, a circle and a tail are different claims: only
        adjacencies and arrowheads are compared and ``shd`` is None. Of a truth of which no more
        than the skeleton is known (see `CausalGraph.over`), adjacencies alone are compared. What
        the estimate calls constant no data could join to anything: both are judged over the rest.

    Raises
    ------
    DataError
        Where the two graphs are not over the same variables.
    """
    judged = varying(estimate)
    if len(judged) < estimate.size and set(truth.names) == set(estimate.names):
        constant: dict[str, list[str]] = {name: [] for name in estimate.names}
        estimate = estimate.over(judged) or estimate
        truth = truth.over(judged, constant) or truth
    pair = GraphPair(estimate, truth)
    metrics = sorted(METRICS.values(), key=lambda metric: metric.place)
    return {metric.name: metric.value(pair) for metric in metrics}


def added_metrics() -> dict[str, str]:
    """Return the title of each metric of graphs that comes from outside, by its column."""
    outside = (name for name, entry in METRICS.entries().items() if not entry.native)
    return {f"graph.{name}": METRICS[name].title for name in outside}
