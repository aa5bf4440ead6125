"""How near an estimate lies to the truth: agreement of edges, and distances between two graphs.

====================================== =========================================================
`adjacency_agreement`,                 Andrews et al. (2023), "Fast scalable and accurate
`arrowhead_agreement`                  discovery of DAGs using the best order score search and
                                       grow-shrink trees", section 5
`structural_hamming_distance`          Tsamardinos, Brown and Aliferis (2006), "The max-min
                                       hill-climbing Bayesian network structure learning
                                       algorithm", figure 4, on CPDAGs
`adjustment_identification_distance`   Henckel, Würtzen and Weichwald (2024), "Adjustment
                                       identification distance: a gadjid for causal structure
                                       learning", definitions 3 to 5
`structural_intervention_distance`     Peters and Bühlmann (2015), "Structural intervention
                                       distance for evaluating causal graphs", definition 4
====================================== =========================================================

**Convention of agreement.** An adjacency is an unordered pair; an arrowhead is one end of an edge,
and one on an edge that the truth does not have is a false one. Nothing over nothing is NaN: an
estimate without adjacencies has no precision, a truth without adjacencies no recall. F1 is
2 TP / (2 TP + FP + FN), so it is 0 for an empty estimate of a graph with edges, and NaN where both
are empty. Were it 1, an empty graph would be the most precise.

**Convention of the structural Hamming distance.** Every pair of variables whose edge differs in any
way (missing, extra, reversed, or with another mark at either end) counts 1, never 2. gadjid and
causal-learn count the same way; some R packages count a reversed edge twice.

The estimate comes first and the truth second everywhere; variables are matched by name, so the two
graphs may list them in another order.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import gadjid
import numpy as np

from causattn.base import CapabilityError, DataError
from causattn.graphs.graph import CausalGraph
from causattn.graphs.marks import Mark

Strategy = Literal["parent", "ancestor", "oset"]

_STRATEGIES = {
    "parent": gadjid.parent_aid,
    "ancestor": gadjid.ancestor_aid,
    "oset": gadjid.oset_aid,
}


class Mistakes(NamedTuple):
    """How many ordered pairs of variables are mistaken, and which share of all they are."""

    share: float
    pairs: int


def aligned(estimate: CausalGraph, truth: CausalGraph) -> CausalGraph:
    """Return `estimate` with its variables in the order of `truth`.

    Raises
    ------
    DataError
        Where the two graphs are not over the same variables.
    """
    if estimate.names == truth.names:
        return estimate
    if set(estimate.names) != set(truth.names):
        extra = sorted(set(estimate.names) - set(truth.names))
        missing = sorted(set(truth.names) - set(estimate.names))
        parts = [f"the estimate alone has {', '.join(extra[:5])}"] if extra else []
        parts += [f"the truth alone has {', '.join(missing[:5])}"] if missing else []
        raise DataError(
            "Two graphs can be compared over the same variables only; "
            + " and ".join(parts)
            + ": leave those out of both."
        )
    place = {name: k for k, name in enumerate(estimate.names)}
    order = np.array([place[name] for name in truth.names], dtype=int)
    return CausalGraph(truth.names, estimate.marks[np.ix_(order, order)], kind=estimate.kind)


def structural_hamming_distance(estimate: CausalGraph, truth: CausalGraph) -> int:
    """Return the number of pairs of variables whose edges differ in any way, each counted once.

    Graphs are compared as they are: turn DAGs into CPDAGs first where the equivalence class is
    all that the data can show (`compare_graphs` does).

    Raises
    ------
    DataError
        Where the two graphs are not over the same variables.
    """
    first, second = aligned(estimate, truth).marks, truth.marks
    differs = (first != second) | (first.T != second.T)
    return int(np.count_nonzero(np.triu(differs, 1)))


def adjustment_identification_distance(
    estimate: CausalGraph, truth: CausalGraph, strategy: Strategy
) -> Mistakes:
    """Return for how many ordered pairs the estimate's adjustment set is wrong in the truth.

    Parameters
    ----------
    estimate, truth
        DAGs or valid CPDAGs (gadjid checks for cycles, not for validity).
    strategy
        How an adjustment set is read off the estimate: ``"parent"``, ``"ancestor"`` or ``"oset"``
        (the optimal set).

    Raises
    ------
    CapabilityError
        For a graph that is neither DAG nor CPDAG, or has a directed cycle.
    DataError
        For an unknown strategy, or where the two graphs are not over the same variables.
    """
    if strategy not in _STRATEGIES:
        raise DataError(f"strategy={strategy!r} is not known; say parent, ancestor or oset.")
    distance = _STRATEGIES[strategy]
    return _mistakes(distance, estimate, truth)


def structural_intervention_distance(estimate: CausalGraph, truth: CausalGraph) -> Mistakes:
    """Return for how many ordered pairs adjusting for the estimate's parents is wrong.

    Raises
    ------
    CapabilityError
        Where either graph is not a DAG; `member_distances` gives the range over a CPDAG's members.
    DataError
        Where the two graphs are not over the same variables.
    """
    for graph, which in ((estimate, "estimate"), (truth, "truth")):
        undirected = (graph.marks == Mark.TAIL) & (graph.marks.T == Mark.TAIL)
        if graph.kind == "pag" or undirected.any():
            raise CapabilityError(
                f"The structural intervention distance is defined on DAGs, and the {which} is "
                "none; take the range over its members (member_distances) instead."
            )
    return _mistakes(gadjid.sid, estimate, truth)


def _mistakes(distance: object, estimate: CausalGraph, truth: CausalGraph) -> Mistakes:
    """Call gadjid, whose arguments are truth then estimate, and turn its errors into sentences."""
    matrices = (_gadjid_matrix(truth), _gadjid_matrix(aligned(estimate, truth)))
    if truth.size < 2:
        return Mistakes(0.0, 0)
    try:
        share, count = distance(*matrices, edge_direction="from row to column")  # type: ignore[operator]
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise CapabilityError(
            f"Adjustment sets cannot be read off these graphs ({reason}); give a DAG or a valid "
            "CPDAG."
        ) from None
    return Mistakes(float(share), int(count))


def _gadjid_matrix(graph: CausalGraph) -> np.ndarray:
    """Return int8 [p, p], from row to column: 1 for a directed edge, 2 for an undirected one."""
    adjacency = graph.adjacency("from row to column").astype(np.int8)
    both = (adjacency == 1) & (adjacency.T == 1)
    adjacency[both] = 2
    return adjacency


class Agreement(NamedTuple):
    """Precision, recall and F1 (NaN for nothing over nothing), and the counts they come from."""

    precision: float
    recall: float
    f1: float
    true_positives: int
    false_positives: int
    false_negatives: int


def agreement(claimed: np.ndarray, true: np.ndarray) -> Agreement:
    """Return how well a set of claims meets the truth.

    Parameters
    ----------
    claimed, true
        bool, of one shape.
    """
    hits = int(np.count_nonzero(claimed & true))
    wrong = int(np.count_nonzero(claimed & ~true))
    missed = int(np.count_nonzero(~claimed & true))
    return Agreement(
        precision=_share(hits, hits + wrong),
        recall=_share(hits, hits + missed),
        f1=_share(2 * hits, 2 * hits + wrong + missed),
        true_positives=hits,
        false_positives=wrong,
        false_negatives=missed,
    )


def adjacency_agreement(estimate: CausalGraph, truth: CausalGraph) -> Agreement:
    """Return the agreement on which pairs are adjacent.

    Raises
    ------
    DataError
        Where the two graphs are not over the same variables.
    """
    upper = np.triu_indices(truth.size, 1)
    return agreement(aligned(estimate, truth).skeleton()[upper], truth.skeleton()[upper])


def arrowhead_agreement(estimate: CausalGraph, truth: CausalGraph) -> Agreement:
    """Return the agreement on which ends of edges carry an arrowhead.

    Raises
    ------
    DataError
        Where the two graphs are not over the same variables.
    """
    return agreement(aligned(estimate, truth).marks == Mark.ARROW, truth.marks == Mark.ARROW)


def _share(part: int, whole: int) -> float:
    """Return part / whole, and NaN for nothing over nothing."""
    return part / whole if whole else math.nan
