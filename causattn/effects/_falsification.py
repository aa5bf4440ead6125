"""Is a whole graph better than chance? Local Markov conditions against permuted graphs.

Eulig, Mastakouri, Blöbaum, Hardt and Janzing (2023), "Toward falsifying causal graphs using a
permutation-based test". A graph says that each variable is independent of its non-descendants given
its parents. The number of these that the data violate is compared with the number for the same
graph with its variables' names shuffled. A graph that violates as much as shuffled ones says
nothing of the data (it is *falsified*); one that is equivalent to too many of its shuffles cannot
be told from chance to begin with (it is not *falsifiable*).

This is the question of DoWhy's ``gcm.falsify_graph``, with Fisher's z of partial correlations as
the test: all conditions of one variable come from one solve, so that no condition is a call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy.stats

from causattn.base import CapabilityError, DataError
from causattn.effects._design import numeric_levels
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph, dag_to_cpdag, pdag_to_dag


@dataclass(frozen=True)
class Falsification:
    """What the data say of a graph as a whole.

    Parameters
    ----------
    violations, conditions
        How many local Markov conditions the data violate, of how many.
    permuted
        float64 [permutations], the share that each shuffled graph violates.
    p
        Share of graphs (the given one counted among them) that violate no larger a share.
    equivalent
        Share of the shuffled graphs that are Markov equivalent to the given one.
    violated
        The violated conditions as pairs (variable, non-descendant).
    alpha
        The level at which the graph is called falsified and falsifiable.
    """

    violations: int
    conditions: int
    permuted: np.ndarray
    p: float
    equivalent: float
    violated: tuple[tuple[str, str], ...]
    alpha: float

    @property
    def falsifiable(self) -> bool:
        """Whether the graph says enough to be told from its shuffles."""
        return self.equivalent <= self.alpha

    @property
    def falsified(self) -> bool:
        """Whether the graph is falsifiable and no better than its shuffles."""
        return self.falsifiable and self.p > self.alpha


def falsify_graph(
    graph: CausalGraph,
    features: FeatureTable,
    rng: np.random.Generator,
    *,
    permutations: int = 100,
    alpha: float = 0.05,
    test_alpha: float = 0.05,
) -> Falsification:
    """Compare a graph's violated independencies with those of the graph with shuffled names.

    Parameters
    ----------
    graph
        A DAG, or a CPDAG (whose members all make the same claims: one of them is tested).
    features
        The data; columns continuous, of two values, or numerically named.
    rng
        Draws the permutations.
    permutations
        How many shuffled graphs.
    alpha
        Level of the comparison.
    test_alpha
        Level of each independence test.

    Raises
    ------
    CapabilityError
        Where a feature's values have no order, or the graph allows hidden common causes.
    DataError
        Where a variable is no feature, or there are fewer rows than variables allow.
    """
    adjacency = np.asarray(pdag_to_dag(graph.adjacency("from row to column")), dtype=bool)
    correlation, rows = _correlation(graph, features)
    orders = [rng.permutation(graph.size) for _ in range(permutations)]
    given, violated = _violations(adjacency, correlation, rows, test_alpha)
    conditions = int(np.count_nonzero(given))
    share = int(np.count_nonzero(violated)) / max(1, conditions)
    own_class = dag_to_cpdag(adjacency.astype(np.uint8))
    permuted, equivalent = _permuted(adjacency, correlation, rows, test_alpha, orders, own_class)
    names = graph.names
    return Falsification(
        violations=int(np.count_nonzero(violated)),
        conditions=conditions,
        permuted=permuted,
        p=(1 + int(np.count_nonzero(permuted <= share))) / (1 + permutations),
        equivalent=equivalent,
        violated=tuple((names[i], names[j]) for i, j in zip(*np.nonzero(violated), strict=True)),
        alpha=alpha,
    )


def _permuted(
    adjacency: np.ndarray,
    correlation: np.ndarray,
    rows: int,
    test_alpha: float,
    orders: Iterable[np.ndarray],
    own_class: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Return the share of violations of each shuffled graph, and how many are equivalent."""
    shares, equivalent = [], []
    for order in orders:
        shuffled = adjacency[np.ix_(order, order)]
        given, violated = _violations(shuffled, correlation, rows, test_alpha)
        shares.append(int(np.count_nonzero(violated)) / max(1, int(np.count_nonzero(given))))
        # The class of a shuffled graph is the shuffled class.
        equivalent.append(np.array_equal(own_class[np.ix_(order, order)], own_class))
    return np.array(shares), float(np.mean(equivalent))


def _violations(
    adjacency: np.ndarray, correlation: np.ndarray, rows: int, alpha: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return which local Markov conditions a DAG makes, and which are violated, bool [p, p].

    Row i, column j: variable i is independent of its non-descendant j given i's parents.
    """
    size = len(adjacency)
    reach = adjacency | np.eye(size, dtype=bool)
    for _ in range(max(1, size.bit_length())):
        reach = (reach.astype(np.float32) @ reach) > 0
    conditions = ~reach & ~adjacency.T
    partial = np.zeros((size, size))
    for i in range(size):
        others = np.flatnonzero(conditions[i])
        if len(others):
            partial[i, others] = _partial(correlation, i, others, np.flatnonzero(adjacency[:, i]))
    degrees = rows - adjacency.sum(axis=0) - 3
    critical = scipy.stats.norm.isf(alpha / 2.0)
    z = np.sqrt(np.maximum(degrees, 0))[:, None] * np.abs(np.arctanh(partial))
    return conditions, conditions & (z >= critical)


def _partial(
    correlation: np.ndarray, first: int, others: np.ndarray, given: np.ndarray
) -> np.ndarray:
    """Return the partial correlations of one variable with others, float64 [len(others)]."""
    direct = correlation[first, others]
    own = np.ones(len(others))
    first_own = 1.0
    if len(given):
        columns = np.concatenate([[first], others])
        across = correlation[np.ix_(given, columns)]
        # Pseudo-inverse: parents may be collinear, and then say no less.
        solved = np.linalg.pinv(correlation[np.ix_(given, given)], hermitian=True) @ across
        direct = direct - across[:, 0] @ solved[:, 1:]
        own = own - (across[:, 1:] * solved[:, 1:]).sum(axis=0)
        first_own = 1.0 - float(across[:, 0] @ solved[:, 0])
    scale = np.sqrt(np.maximum(first_own * own, 0.0))
    # A variable that the parents decide has nothing left to depend on.
    ratio = np.where(scale > 1e-9, direct / np.maximum(scale, 1e-9), 0.0)
    return np.clip(ratio, -1.0 + 1e-12, 1.0 - 1e-12)


def _correlation(graph: CausalGraph, features: FeatureTable) -> tuple[np.ndarray, int]:
    """Return the correlations of the graph's variables, in the graph's order, and the rows."""
    columns = []
    for name in graph.names:
        if name not in features.names:
            raise DataError(f"The graph's variable {name} is no feature; falsify over features.")
        column = features.names.index(name)
        values, categories = features.values[:, column], features.categories[column]
        numbers = None if categories is None else numeric_levels(categories)
        if categories is not None and len(categories) > 2:
            if numbers is None:
                raise CapabilityError(
                    f"The {len(categories)} values of {name} have no order, so that partial "
                    "correlations do not speak of them; falsify graphs over numbers or features "
                    "of two values."
                )
            values = numbers[values.astype(np.int64)]
        columns.append(values)
    rows = len(features.values)
    if rows < len(columns) + 4:
        raise DataError(
            f"{rows} rows are too few for partial correlations among {len(columns)} variables; "
            f"give at least {len(columns) + 4}."
        )
    return np.corrcoef(np.stack(columns)), rows
