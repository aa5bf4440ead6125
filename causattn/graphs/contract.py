"""What a metric of graphs is: the class that a metric of one's own implements.

A contribution is one file that binds an instance to ``METRIC``; see `causattn.base.registry` for
the ways in. Its number stands among those of `compare_graphs`, in every run with a truth, and a
sweep can be compared by it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from causattn.base import DataError
from causattn.graphs.class_members import MemberDistances, member_distances
from causattn.graphs.equivalence import dag_to_cpdag, pdag_to_dag
from causattn.graphs.graph import CausalGraph

Number: TypeAlias = float | int | bool | None


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


@dataclass(frozen=True)
class GraphPair:
    """An estimate and the truth, with what several metrics need of them, worked out once.

    Parameters
    ----------
    estimate
        A DAG, CPDAG or PAG.
    truth
        A DAG, CPDAG or PAG over the same variables, perhaps in another order.
    """

    estimate: CausalGraph
    truth: CausalGraph

    @cached_property
    def estimate_class(self) -> CausalGraph:
        """The estimate, as a CPDAG where it is a DAG."""
        return to_cpdag(self.estimate)

    @cached_property
    def truth_class(self) -> CausalGraph:
        """The truth, as a CPDAG where it is a DAG."""
        return to_cpdag(self.truth)

    @property
    def skeleton_alone(self) -> bool:
        """Whether no more is known of the truth than which variables are adjacent."""
        return bool(self.truth.details.get("skeleton_alone"))

    @property
    def with_pag(self) -> bool:
        """Whether either is a PAG."""
        return "pag" in (self.estimate.kind, self.truth.kind)

    @cached_property
    def completed(self) -> CausalGraph | None:
        """The CPDAG of a consistent extension of the estimate; None where there is none."""
        if self.with_pag:
            return None
        estimate = self.estimate_class
        if not all(edge.symbol in ("-->", "---") for edge in estimate.edges()):
            return None
        try:
            extension = pdag_to_dag(estimate.adjacency("from row to column"))
        except DataError:
            return None
        return CausalGraph.from_adjacency(
            dag_to_cpdag(extension), estimate.names, direction="from row to column", kind="cpdag"
        )

    @cached_property
    def members(self) -> dict[str, MemberDistances | None]:
        """The range of distances from the completed estimate's members to a true DAG."""
        if self.completed is None or self.truth.kind != "dag":
            return {}
        return member_distances(self.completed, self.truth)


class GraphMetric(ABC):
    """A number that says how near an estimate lies to the truth.

    The first line of its docstring says what it is.
    """

    name: str
    """Its key among the numbers of a comparison."""
    title: str
    """Its name in a table."""
    better: Literal["lower", "higher"] | None
    """Which way is better; None for a number that says something else."""
    bounds: tuple[float, float] = (0.0, math.inf)
    """The least and the largest value that it can have."""
    undefined: Literal["last", "left out"] = "left out"
    """How a comparison ranks an estimate for which it is not defined, while it is for others:
    last, where that is the estimate's doing; else the data set is left out, and named."""
    place: int = 1000
    """Where it stands among the others: small numbers first."""
    paper: str = ""
    """Where it was first described."""

    @abstractmethod
    def value(self, pair: GraphPair) -> Number:
        """Return the number; None where it is not defined on these graphs."""
