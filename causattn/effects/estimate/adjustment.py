"""Adjustment sets read off a DAG or CPDAG, and whether a given set is one.

============================ ======================================================================
`parent_adjustment`          Pearl (2009), "Causality", theorem 3.2.2; for CPDAGs Maathuis and
                             Colombo (2015), "A generalized back-door criterion", Annals of
                             Statistics 43, theorem 4.1
`optimal_adjustment`         Henckel, Perkovic and Maathuis (2022), "Graphical criteria for
                             efficient total effect estimation via adjustment in causal linear
                             models", JRSS-B 84, definition 3.4 and theorem 3.10: of all adjustment
                             sets the one of smallest asymptotic variance
`is_adjustment_set`          Perkovic, Textor, Kalisch and Maathuis (2018), "Complete graphical
                             characterization and construction of adjustment sets in Markov
                             equivalence classes of ancestral graphs", JMLR 18, definition 4: the
                             generalised adjustment criterion
============================ ======================================================================

The criterion asks three things of a set Z for the total effect of X on Y. *Amenability*: every
possibly causal path from X to Y starts with an edge out of X; where one starts with an undirected
edge, the graphs of the class disagree on the effect and no set identifies it. *Forbidden set*: Z
holds no possible descendant of a variable on a causal path, X itself left out. *Blocking*: Z blocks
every path that is not causal.

All adjacency is **from row to column**, 1 both ways where undirected. Undirected edges are read as
those of a CPDAG; for a graph that holds background knowledge too, a set given here is still valid,
but an effect may be called unidentified that the knowledge would identify.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from causattn.base import DataError
from causattn.effects.settings import Choice
from causattn.graphs import CausalGraph, Mark, pdag_to_dag


@dataclass(frozen=True)
class Adjustment:
    """An adjustment set for one effect, or why there is none.

    Parameters
    ----------
    variables
        Indices into the graph's names, ascending; None where the effect is not identified.
    reason
        Why it is not, in one sentence; empty where it is.
    """

    variables: tuple[int, ...] | None
    reason: str = ""


class AdjustmentSets:
    """Adjustment sets of one graph, with what they share computed once.

    Parameters
    ----------
    graph
        A DAG or CPDAG, directed edges as arrows and undirected ones as tails at both ends.

    Attributes
    ----------
    latent
        Whether the graph allows hidden common causes, as a PAG does: then no set is given.

    Notes
    -----
    A set takes a few searches over the graph, O(edges): all edges of a graph of 200 variables take
    a fraction of a second.
    """

    def __init__(self, graph: CausalGraph) -> None:
        self.graph = graph
        self._directed = graph.directed()
        self._undirected = (graph.marks == Mark.TAIL) & (graph.marks.T == Mark.TAIL)
        self._possible = self._directed | self._undirected
        other = graph.skeleton() & ~(self._possible | self._possible.T)
        self.latent = bool(other.any()) or graph.kind == "pag"

    def find(self, source: int, target: int, choice: Choice = "parents") -> Adjustment:
        """Return the adjustment set for the total effect of `source` on `target`.

        Parameters
        ----------
        source, target
            Indices into the graph's names.
        choice
            ``"parents"``: the source's parents. ``"optimal"``: the O-set.
        """
        if refusal := self._refusal(source, target):
            return Adjustment(None, refusal)
        if choice == "parents":
            return Adjustment(tuple(np.flatnonzero(self._directed[:, source]).tolist()))
        causal = self._causal_nodes(source, target)
        forbidden = self._forbidden(causal)
        forbidden[source] = True
        parents = self._directed[:, causal].any(axis=1)
        return Adjustment(tuple(np.flatnonzero(parents & ~forbidden).tolist()))

    def direct(self, source: int, target: int) -> Adjustment:
        """Return the target's other parents, given which the direct effect is what is left.

        Parameters
        ----------
        source, target
            Indices into the graph's names, joined by source --> target.
        """
        names = self.graph.names
        if self.latent:
            return Adjustment(
                None, "The graph allows hidden common causes, so that parents are not all known."
            )
        open_ends = np.flatnonzero(self._undirected[target])
        if len(open_ends):
            return Adjustment(
                None,
                f"The direct effect is not identified: the edge {names[target]} --- "
                f"{names[open_ends[0]]} leaves open who the parents of {names[target]} are.",
            )
        if not self._directed[source, target]:
            return Adjustment(None, f"The graph has no edge {names[source]} --> {names[target]}.")
        if self._reach(self._directed, [target])[source]:
            return Adjustment(None, f"{names[source]} and {names[target]} lie on a cycle.")
        others = self._directed[:, target].copy()
        others[source] = False
        return Adjustment(tuple(np.flatnonzero(others).tolist()))

    def is_valid(self, source: int, target: int, variables: Collection[int]) -> bool:
        """Return whether `variables` satisfy the generalised adjustment criterion.

        Raises
        ------
        DataError
            Where `source` or `target` is among `variables`.
        """
        if {source, target} & set(variables):
            raise DataError("An adjustment set cannot hold the treatment or the outcome itself.")
        if self.latent or not self._amenable(source, target):
            return False
        causal = self._causal_nodes(source, target)
        if self._forbidden(causal)[list(variables)].any():
            return False
        # The proper back-door graph: causal paths cut at their first edge, all else left.
        member = self._member().copy()
        member[source] &= ~self._reach(member.T, [target])
        return is_separated(member, source, target, variables)

    def _refusal(self, source: int, target: int) -> str:
        """Return why the effect cannot be identified, or nothing."""
        names = self.graph.names
        if source == target:
            return f"{names[source]} is its own outcome."
        if self.latent:
            return "The graph allows hidden common causes, for which no adjustment set is known."
        if self._undirected[source, target]:
            return (
                f"The edge {names[source]} --- {names[target]} is undirected, so that its effect "
                "differs between the graphs of the class."
            )
        if not self._reach(self._possible, [source])[target]:
            return f"The graph has no causal path from {names[source]} to {names[target]}."
        if not self._amenable(source, target):
            first = [
                names[k]
                for k in np.flatnonzero(self._undirected[source])
                if self._avoiding(source, int(k))[target]
            ]
            return (
                f"The effect is not identified: {names[target]} can be reached over the undirected "
                f"edge {names[source]} --- {first[0]}, so that the graphs of the class disagree."
            )
        if self._reach(self._directed, [target])[source]:
            return f"{names[source]} and {names[target]} lie on a cycle."
        return ""

    def _amenable(self, source: int, target: int) -> bool:
        """Return whether every possibly causal path starts with an edge out of the source."""
        starts = np.flatnonzero(self._undirected[source])
        return not any(self._avoiding(source, int(k))[target] for k in starts)

    def _avoiding(self, source: int, start: int) -> np.ndarray:
        """Return what `start` possibly reaches without passing the source, bool [p]."""
        step = self._possible.copy()
        step[source] = False
        step[:, source] = False
        return self._reach(step, [start])

    def _causal_nodes(self, source: int, target: int) -> np.ndarray:
        """Return the variables on directed paths from source to target, source left out, bool."""
        nodes = self._reach(self._directed, [source]) & self._reach(self._directed.T, [target])
        nodes[source] = False
        return nodes

    def _forbidden(self, causal: np.ndarray) -> np.ndarray:
        """Return the possible descendants of the causal nodes, themselves included, bool [p]."""
        return self._reach(self._possible, np.flatnonzero(causal))

    def _member(self) -> np.ndarray:
        """Return one DAG of the class, bool [p, p], from row to column."""
        if not self._undirected.any():
            return self._directed
        matrix = self.graph.adjacency("from row to column")
        return np.asarray(pdag_to_dag(matrix), dtype=bool)

    @staticmethod
    def _reach(step: np.ndarray, start: Collection[int] | np.ndarray) -> np.ndarray:
        """Return what can be reached from `start` along `step`, start included, bool [p]."""
        reached = np.zeros(len(step), dtype=bool)
        reached[list(start)] = True
        front = reached.copy()
        while front.any():
            front = step[front].any(axis=0) & ~reached
            reached |= front
        return reached


def parent_adjustment(graph: CausalGraph, source: str, target: str) -> Adjustment:
    """Return the source's parents as adjustment set, or why they are none.

    Parameters
    ----------
    graph
        A DAG or CPDAG.
    source, target
        Names in the graph.
    """
    return _named(graph, source, target, "parents")


def optimal_adjustment(graph: CausalGraph, source: str, target: str) -> Adjustment:
    """Return the O-set, or why there is none; parameters as for `parent_adjustment`."""
    return _named(graph, source, target, "optimal")


def is_adjustment_set(
    graph: CausalGraph, source: str, target: str, variables: Collection[str]
) -> bool:
    """Return whether `variables` identify the total effect of `source` on `target` by adjustment.

    Parameters
    ----------
    graph
        A DAG or CPDAG.
    source, target, variables
        Names in the graph.
    """
    index = {name: k for k, name in enumerate(graph.names)}
    return AdjustmentSets(graph).is_valid(
        index[source], index[target], [index[name] for name in variables]
    )


def is_separated(dag: np.ndarray, first: int, second: int, given: Collection[int]) -> bool:
    """Return whether two variables of a DAG are d-separated.

    Two variables are separated where they are unconnected in the moral graph of their and the
    given variables' ancestors once the given are removed (Lauritzen et al. 1990, proposition 3).

    Parameters
    ----------
    dag
        bool [p, p], from row to column.
    first, second, given
        Indices; `given` holds neither of the two.
    """
    relevant = np.flatnonzero(AdjustmentSets._reach(dag.T, [first, second, *given]))
    local = dag[np.ix_(relevant, relevant)]
    moral = local | local.T | (local.astype(np.int32) @ local.T > 0)
    place = {int(k): at for at, k in enumerate(relevant)}
    for k in given:
        moral[place[k]] = False
        moral[:, place[k]] = False
    return not AdjustmentSets._reach(moral, [place[first]])[place[second]]


def _named(graph: CausalGraph, source: str, target: str, choice: Choice) -> Adjustment:
    index = {name: k for k, name in enumerate(graph.names)}
    for name in (source, target):
        if name not in index:
            raise DataError(f"The graph has no variable {name}; choose one of {list(index)}.")
    return AdjustmentSets(graph).find(index[source], index[target], choice)
