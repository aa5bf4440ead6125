"""Is a whole graph better than chance? Local Markov conditions against permuted graphs.

Eulig, Mastakouri, Blöbaum, Hardt and Janzing (2023), "Toward falsifying causal graphs using a
permutation-based test". A graph says that each variable is independent of its non-descendants given
its parents. The number of these that the data violate is compared with the number for the same
graph with its variables' names shuffled. A graph that violates as much as shuffled ones says
nothing of the data (it is *falsified*); one that is equivalent to too many of its shuffles cannot
be distinguished from chance to begin with (it is not *falsifiable*).

This is the question of DoWhy's ``gcm.falsify_graph``, with Fisher's z of partial correlations as
the test: the conditions of all shuffled graphs are worked out together, none is a call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy.stats

from causattn.base import CapabilityError, DataError
from causattn.effects.estimate.design import numeric_levels
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
        """Whether the graph says enough to be distinguished from its shuffles."""
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
    given, violated = (
        found[0] for found in _violations(adjacency[None], correlation, rows, test_alpha)
    )
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
    orders = list(orders)
    shuffled = np.stack([adjacency[np.ix_(order, order)] for order in orders])
    given, violated = _violations(shuffled, correlation, rows, test_alpha)
    shares = violated.sum(axis=(1, 2)) / np.maximum(1, given.sum(axis=(1, 2)))
    # The class of a shuffled graph is the shuffled class.
    equivalent = [np.array_equal(own_class[np.ix_(order, order)], own_class) for order in orders]
    return shares, float(np.mean(equivalent))


def _violations(
    graphs: np.ndarray, correlation: np.ndarray, rows: int, alpha: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return which local Markov conditions DAGs make, and which are violated, bool [g, p, p].

    Row i, column j: variable i is independent of its non-descendant j given i's parents.

    Parameters
    ----------
    graphs
        bool [g, p, p], from row to column.
    correlation
        float64 [p, p].
    rows, alpha
        Sample size and level of the tests.
    """
    size = graphs.shape[1]
    reach = graphs | np.eye(size, dtype=bool)
    for _ in range(max(1, size.bit_length())):
        reach = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0
    conditions = ~reach & ~graphs.transpose(0, 2, 1)
    parents = graphs.sum(axis=1)
    partial = np.zeros(graphs.shape)
    for count in np.unique(parents):
        graph, node = np.nonzero(parents == count)
        given = np.nonzero(graphs[graph, :, node])[1].reshape(len(graph), count)
        partial[graph, node] = _partial(correlation, node, given)
    degrees = rows - parents - 3
    critical = scipy.stats.norm.isf(alpha / 2.0)
    z = np.sqrt(np.maximum(degrees, 0))[:, :, None] * np.abs(np.arctanh(partial))
    return conditions, conditions & (z >= critical)


def _partial(correlation: np.ndarray, first: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Return partial correlations with every variable, float64 [b, p].

    Parameters
    ----------
    correlation
        float64 [p, p].
    first
        int64 [b], b variables.
    given
        int64 [b, k], what each is conditioned on.
    """
    across = correlation[given]
    # Pseudo-inverse: parents may be collinear, and then say no less.
    inverse = np.linalg.pinv(correlation[given[:, :, None], given[:, None, :]], hermitian=True)
    solved = inverse @ across
    own = 1.0 - (across * solved).sum(axis=1)
    rows = np.arange(len(first))
    direct = correlation[first] - (across[rows, :, first][:, :, None] * solved).sum(axis=1)
    scale = np.sqrt(np.maximum(own[rows, first][:, None] * own, 0.0))
    # A variable that the parents decide has nothing left to depend on.
    ratio = np.where(scale > 1e-9, direct / np.maximum(scale, 1e-9), 0.0)
    partial: np.ndarray = np.clip(ratio, -1.0 + 1e-12, 1.0 - 1e-12)
    return partial


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
