"""The metrics that every comparison of graphs has."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from causattn.graphs.contract import GraphMetric, GraphPair, Number
from causattn.graphs.distances import (
    Strategy,
    adjacency_agreement,
    adjustment_identification_distance,
    arrowhead_agreement,
    structural_hamming_distance,
)


class StructuralHamming(GraphMetric):
    """Pairs of variables whose edges differ in any way, between CPDAGs.

    By a truth of which only the skeleton is known: pairs adjacent in one of the two alone.
    """

    name = "shd"
    title = "SHD"
    better = "lower"
    place = 10
    paper = "Tsamardinos, Brown and Aliferis (2006), The max-min hill-climbing algorithm"

    def value(self, pair: GraphPair) -> Number:
        """Return the number; None between a PAG and a graph that is none."""
        if pair.skeleton_alone:
            place = {name: k for k, name in enumerate(pair.estimate.names)}
            order = [place[name] for name in pair.truth.names]
            differ = pair.estimate.skeleton()[np.ix_(order, order)] != pair.truth.skeleton()
            return int(np.triu(differ, 1).sum())
        if (pair.estimate.kind == "pag") != (pair.truth.kind == "pag"):
            return None
        return structural_hamming_distance(pair.estimate_class, pair.truth_class)


class AgreementMetric(GraphMetric):
    """One number of the agreement of adjacencies, or of arrowheads.

    Parameters
    ----------
    of
        What has to agree.
    part
        ``"precision"``, ``"recall"`` or ``"f1"``.
    place
        Where it stands among the others.
    """

    better = "higher"
    bounds = (0.0, 1.0)

    def __init__(self, of: Literal["adjacency", "arrowhead"], part: str, place: int) -> None:
        several = {"adjacency": "adjacencies", "arrowhead": "arrowheads"}[of]
        self.__doc__ = {
            "precision": f"Share of the estimate's {several} that the truth has.",
            "recall": f"Share of the truth's {several} that the estimate has.",
            "f1": f"Harmonic mean of the {several}' precision and recall.",
        }[part]
        self._of, self._part = of, part
        self.name, self.title, self.place = (
            f"{of}_{part}",
            f"{of} {part.replace('f1', 'F1')}",
            place,
        )
        if part == "precision":
            self.undefined = "last"

    def value(self, pair: GraphPair) -> Number:
        """Return the number; None for nothing over nothing, and for arrowheads of a skeleton.

        F1 is None where the truth has none to find, whatever was claimed: a wrong claim would be
        better than no claim, which has no F1.
        """
        if self._of == "arrowhead" and pair.skeleton_alone:
            return None
        agreement = adjacency_agreement if self._of == "adjacency" else arrowhead_agreement
        found = agreement(pair.estimate_class, pair.truth_class)
        number: float = getattr(found, self._part)
        nothing = self._part == "f1" and found.true_positives + found.false_negatives == 0
        return None if nothing or math.isnan(number) else number


class EdgeCount(GraphMetric):
    """Edges of the estimate."""

    name = "edges"
    title = "edges"
    better = None
    place = 40

    def value(self, pair: GraphPair) -> Number:
        """Return the number of edges."""
        return pair.estimate.edge_count


class TrueEdgeCount(GraphMetric):
    """Edges of the truth."""

    name = "true_edges"
    title = "true edges"
    better = None
    place = 41

    def value(self, pair: GraphPair) -> Number:
        """Return the number of edges."""
        return pair.truth.edge_count


class DagHamming(GraphMetric):
    """Pairs of variables whose edges differ in any way, between DAGs."""

    name = "dag_shd"
    title = "SHD of DAGs"
    better = "lower"
    place = 50
    paper = "Tsamardinos, Brown and Aliferis (2006), The max-min hill-climbing algorithm"

    def value(self, pair: GraphPair) -> Number:
        """Return the number of pairs; None where one of the two is no DAG."""
        if not pair.estimate.kind == pair.truth.kind == "dag":
            return None
        return structural_hamming_distance(pair.estimate, pair.truth)


class AdjustmentMetric(GraphMetric):
    """The share of ordered pairs for which the estimate's adjustment set is wrong.

    Parameters
    ----------
    strategy
        Which adjustment set.
    place
        Where it stands among the others.
    """

    better = "lower"
    undefined = "last"
    bounds = (0.0, 1.0)
    paper = "Henckel, Würtzen and Weichwald (2024), Adjustment identification distance"

    def __init__(self, strategy: Strategy, place: int) -> None:
        chosen = {"parent": "parents", "ancestor": "ancestors", "oset": "optimal set"}[strategy]
        self.__doc__ = (
            f"Share of ordered pairs for which adjusting for the estimate's {chosen} is wrong."
        )
        self._strategy = strategy
        self.name, self.place = f"{strategy}_aid", place
        self.title = f"{strategy.replace('oset', 'Oset')} AID"

    def value(self, pair: GraphPair) -> Number:
        """Return the share; None where the estimate has no consistent extension."""
        if pair.completed is None:
            return None
        return adjustment_identification_distance(
            pair.completed, pair.truth_class, self._strategy
        ).share


class MemberMetric(GraphMetric):
    """A distance from a true DAG to the nearest or the farthest DAG of the estimate's class.

    Parameters
    ----------
    distance
        Which distance.
    which
        ``"best"``, the nearest, or ``"worst"``, the farthest.
    place
        Where it stands among the others.
    """

    better = "lower"

    def __init__(
        self, distance: Literal["shd", "sid"], which: Literal["best", "worst"], place: int
    ) -> None:
        far = {"best": "nearest", "worst": "farthest"}[which]
        self.__doc__ = (
            f"{distance.upper()} from a true DAG to the {far} DAG of the estimate's class."
        )
        self._distance, self._which = distance, which
        self.name, self.place = f"{distance}_{which}_member", place
        self.title = f"{distance.upper()} of the {which} member"
        self.paper = {
            "shd": "Tsamardinos, Brown and Aliferis (2006), The max-min hill-climbing algorithm",
            "sid": "Peters and Bühlmann (2015), Structural intervention distance",
        }[distance]

    def value(self, pair: GraphPair) -> Number:
        """Return the distance; None where the truth is no DAG, or there are too many members."""
        found = pair.members.get(self._distance)
        number: int | None = None if found is None else getattr(found, self._which)
        return number


class ValidCpdag(GraphMetric):
    """Whether the estimate is a valid CPDAG."""

    name = "valid_cpdag"
    title = "valid CPDAG"
    better = None
    bounds = (0, 1)
    place = 90

    def value(self, pair: GraphPair) -> Number:
        """Return whether it is; None where one of the two is a PAG."""
        if pair.with_pag:
            return None
        completed = pair.completed
        return completed is not None and not structural_hamming_distance(
            completed, pair.estimate_class
        )


METRIC = (
    StructuralHamming(),
    AgreementMetric("adjacency", "precision", 20),
    AgreementMetric("adjacency", "recall", 21),
    AgreementMetric("adjacency", "f1", 22),
    AgreementMetric("arrowhead", "precision", 30),
    AgreementMetric("arrowhead", "recall", 31),
    AgreementMetric("arrowhead", "f1", 32),
    EdgeCount(),
    TrueEdgeCount(),
    DagHamming(),
    AdjustmentMetric("parent", 60),
    AdjustmentMetric("ancestor", 61),
    AdjustmentMetric("oset", 62),
    MemberMetric("shd", "best", 70),
    MemberMetric("shd", "worst", 71),
    MemberMetric("sid", "best", 72),
    MemberMetric("sid", "worst", 73),
    ValidCpdag(),
)
