"""Total, direct and possible effects between features, estimated as a graph over them says."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from causattn.effects.contract import Effect
from causattn.effects.estimate.adjustment import AdjustmentSets
from causattn.effects.estimate.possible import possible_adjustments, possible_effects, sorted_sets
from causattn.effects.settings import Choice
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph, Mark


class Pair(NamedTuple):
    """An ordered pair of features, as columns of the table and places in the graph.

    `levels` is the contrast (from, to) that is wanted, if any.
    """

    source: int
    target: int
    source_node: int
    target_node: int
    levels: tuple[str, str] | None


Estimate = Callable[
    [int, int, tuple[int, ...], tuple[str, str] | None, tuple[int, int] | None], Effect | str
]
"""From source, target, adjustment set (columns of the table), levels wanted and contrast reported
to the effect; see `causattn.effects.Question`."""


class Adjusted(NamedTuple):
    """An effect and the names of what it is adjusted for."""

    effect: Effect
    adjustment: list[str]
    columns: tuple[int, ...]


class GraphEffects:
    """Effects between the features of a graph.

    Parameters
    ----------
    graph, features
        The graph, over names of the features.
    estimate
        Estimates effects from the features.
    choice
        Which adjustment sets to take for total effects.
    """

    def __init__(
        self, graph: CausalGraph, features: FeatureTable, estimate: Estimate, choice: Choice
    ) -> None:
        self._graph, self._asked, self._choice = graph, estimate, choice
        self._sets = AdjustmentSets(graph)
        self._nodes = {name: k for k, name in enumerate(graph.names)}
        self._features = features
        self._columns = {name: k for k, name in enumerate(features.names)}

    def pair(self, source: int, target: int, levels: tuple[str, str] | None) -> Pair | None:
        """Return a pair of the table's columns as one of the graph's; None where not in it."""
        nodes = [self._nodes.get(self._features.names[k]) for k in (source, target)]
        if nodes[0] is None or nodes[1] is None:
            return None
        return Pair(source, target, nodes[0], nodes[1], levels)

    def parents(self, pair: Pair) -> tuple[int, ...]:
        """Return the table's columns of the parents of both ends."""
        both = (pair.source_node, pair.target_node)
        return self._columns_of(tuple(k for node in both for k in self._graph.parents(node)))

    def mark(self, pair: Pair) -> str:
        """Return ``"directed"``, ``"undirected"`` or nothing for any other or no edge."""
        here, back = (
            self._graph.marks[pair.source_node, pair.target_node],
            self._graph.marks[pair.target_node, pair.source_node],
        )
        if back == Mark.TAIL:
            return {Mark.ARROW: "directed", Mark.TAIL: "undirected"}.get(Mark(here), "")
        return ""

    def total(self, pair: Pair) -> Adjusted | str:
        """Return the total effect, or why it is not identified or cannot be estimated."""
        found = self._sets.find(pair.source_node, pair.target_node, self._choice)
        if found.variables is None:
            return found.reason
        return self._estimate(pair, found.variables, None)

    def direct(self, pair: Pair, reported: tuple[int, int] | None = None) -> Adjusted | str:
        """Return the effect with the target's other parents held, or why there is none.

        Parameters
        ----------
        pair
            A directed edge.
        reported
            Which contrast and outcome column to report; see `causattn.effects.Question`.
        """
        found = self._sets.direct(pair.source_node, pair.target_node)
        if found.variables is None:
            return found.reason
        return self._estimate(pair, found.variables, reported)

    def possible(self, pair: Pair) -> tuple[float, float] | None:
        """Return the smallest and largest total effect over the class (IDA), if it can be had."""
        if self._sets.latent:
            return None
        sets = possible_adjustments(self._graph, pair.source_node, pair.target_node, self._choice)
        if isinstance(sets, str):
            return None
        columns = [None if one is None else self._columns_of(one) for one in sorted_sets(sets)]
        return possible_effects(self._asked, pair.source, pair.target, columns, pair.levels)

    def _estimate(
        self, pair: Pair, variables: tuple[int, ...], reported: tuple[int, int] | None
    ) -> Adjusted | str:
        columns = self._columns_of(variables)
        effect = self._asked(pair.source, pair.target, columns, pair.levels, reported)
        if isinstance(effect, str):
            return effect
        return Adjusted(effect, [self._graph.names[k] for k in variables], columns)

    def _columns_of(self, variables: tuple[int, ...]) -> tuple[int, ...]:
        """Return the table's columns of some of the graph's variables."""
        return tuple(self._columns[self._graph.names[k]] for k in variables)
