"""Precision, recall and F1 of an estimate's adjacencies and arrowheads.

Counted as in Andrews et al. (2023), "Fast scalable and accurate discovery of DAGs using the best
order score search and grow-shrink trees", section 5: an adjacency is an unordered pair; an
arrowhead is one end of an edge, and one on an edge that the truth does not have is a false one.

**Nothing over nothing** is NaN: an estimate without adjacencies has no precision, a truth without
adjacencies no recall. F1 is 2 TP / (2 TP + FP + FN), so it is 0 for an empty estimate of a graph
with edges, and NaN where both are empty. Were it 1, an empty graph would be the most precise.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from causattn.graphs.distances import aligned
from causattn.graphs.graph import CausalGraph, Mark


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
