"""`CausalGraph`: a DAG, a CPDAG (or PDAG) or a PAG over named variables, with how it was found.

What stands at the ends of its edges is said in `causattn.graphs.marks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causattn.base import (
    ArtefactError,
    CapabilityError,
    DataError,
    Shown,
    listed,
    read_json,
    repeated,
    visible,
    write_json,
)
from causattn.graphs.exports import GraphForm, from_graph_json, graph_json, graph_text
from causattn.graphs.marks import LEFT, RIGHT, Direction, Edge, Mark, acyclic, nonzero_pairs, turned

if TYPE_CHECKING:
    import networkx
    import pandas as pd

SCHEMA = 1
Kind = Literal["dag", "cpdag", "pag"]
_SHOWN = 60
"""Edges that a graph prints."""


@dataclass(frozen=True, repr=False)
class CausalGraph(Shown):
    """A causal graph over named variables.

    Parameters
    ----------
    names
        The variables' names, p of them, all different.
    marks
        int8 [p, p]; ``marks[i, j]`` is the `Mark` at j's end of the edge between i and j.
    kind
        ``"dag"``, ``"cpdag"`` (any partially directed graph with tails and arrows) or ``"pag"``.
    algorithm
        What found it, in words, such as ``"pc (fisher_z, alpha 0.01)"``.
    separating_sets
        For pairs ``(i, j)`` with i < j, the sets that separated them.
    tests
        Number of conditional independence tests or local scores it took; None where not counted.
    tests_by_order
        The same by size of the conditioning set.
    score
        The graph's score where it was searched by score, higher is better.
    details
        Anything else worth keeping, JSON-like.

    Raises
    ------
    DataError
        Where names repeat, or an edge has a mark at one end only, or a variable an edge to itself.
    """

    names: tuple[str, ...]
    marks: np.ndarray
    kind: Kind = "cpdag"
    algorithm: str = ""
    separating_sets: Mapping[tuple[int, int], Sequence[tuple[int, ...]]] = field(
        default_factory=dict
    )
    tests: int | None = None
    tests_by_order: tuple[int, ...] = ()
    score: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = tuple(str(name) for name in self.names)
        object.__setattr__(self, "names", names)
        marks = np.array(self.marks, dtype=np.int8)
        marks.setflags(write=False)
        object.__setattr__(self, "marks", marks)
        if len(set(names)) != len(names):
            twice = repeated(names)
            raise DataError(f"A graph names {listed(twice)} twice; give each variable one name.")
        if marks.shape != (len(names), len(names)):
            raise DataError(
                f"A graph over {len(names)} names needs marks of shape "
                f"({len(names)}, {len(names)}), not {marks.shape}."
            )
        i, j = nonzero_pairs(marks)
        if np.any(marks[j, i] == Mark.NONE):
            raise DataError("A graph has an edge with a mark at one end only; give both marks.")
        if np.any(np.diagonal(marks)):
            raise DataError("A graph has an edge from a variable to itself; remove it.")

    @classmethod
    def from_adjacency(
        cls, adjacency: np.ndarray, names: Sequence[str], *, direction: Direction, **about: Any
    ) -> CausalGraph:
        """Build a graph from a 0/1 matrix whose direction the caller spells out.

        Parameters
        ----------
        adjacency
            [p, p], nonzero where there is an edge; nonzero both ways is an undirected edge.
        names
            The p variables' names.
        direction
            ``"from row to column"`` or ``"from column to row"``.
        about
            Other fields of the graph; `kind` is ``"dag"`` where every edge is directed and there
            is no cycle, unless given.
        """
        matrix = np.asarray(adjacency) != 0
        matrix = turned(matrix, direction)
        marks = np.zeros(matrix.shape, dtype=np.int8)
        i, j = nonzero_pairs(matrix)
        both = matrix[j, i]
        marks[j, i] = Mark.TAIL
        marks[i, j] = np.where(both, Mark.TAIL, Mark.ARROW)
        if "kind" not in about:
            directed = not both.any()
            about["kind"] = "dag" if directed and acyclic(matrix) else "cpdag"
        return cls(tuple(names), marks, **about)

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.names)

    @property
    def edge_count(self) -> int:
        """Number of edges of any kind."""
        return int(np.count_nonzero(self.marks)) // 2

    def adjacency(self, direction: Direction) -> np.ndarray:
        """Return the 0/1 adjacency (uint8 [p, p]) in the direction spelled out.

        Raises
        ------
        CapabilityError
            Where an edge has arrows at both ends or a circle.
        """
        both = (self.marks == Mark.ARROW) & (self.marks.T == Mark.ARROW)
        if both.any() or (self.marks == Mark.CIRCLE).any():
            raise CapabilityError(
                "This graph has arrows at both ends or circles, which a 0/1 adjacency cannot "
                "hold; use its marks."
            )
        matrix = (self.marks == Mark.ARROW) | ((self.marks == Mark.TAIL) & (self.marks.T == 1))
        return turned(matrix, direction).astype(np.uint8)

    def skeleton(self) -> np.ndarray:
        """Return which pairs are adjacent, bool [p, p], symmetric."""
        return self.marks != Mark.NONE

    def directed(self) -> np.ndarray:
        """Return the edges i -> j, bool [p, p], from row to column."""
        return (self.marks == Mark.ARROW) & (self.marks.T == Mark.TAIL)

    def parents(self, index: int) -> tuple[int, ...]:
        """Return the variables i with i -> `index`."""
        into, back = self.marks[:, index], self.marks[index]
        return tuple(np.flatnonzero((into == Mark.ARROW) & (back == Mark.TAIL)).tolist())

    def edges(self) -> Iterator[Edge]:
        """Yield every edge once, directed ones from source to target."""
        for i, j in zip(*np.nonzero(np.triu(self.skeleton())), strict=True):
            at_i, at_j = Mark(self.marks[j, i]), Mark(self.marks[i, j])
            if at_i == Mark.ARROW and at_j != Mark.ARROW:
                i, j, at_i, at_j = j, i, at_j, at_i
            yield Edge(self.names[i], self.names[j], f"{LEFT[at_i]}-{RIGHT[at_j]}")

    def symbol(self, source: str, target: str) -> str:
        """Return the edge between two variables, `source` first; empty where there is none."""
        i, j = self.names.index(source), self.names.index(target)
        at_source, at_target = Mark(self.marks[j, i]), Mark(self.marks[i, j])
        return "" if at_target is Mark.NONE else f"{LEFT[at_source]}-{RIGHT[at_target]}"

    def summary(self, truth: CausalGraph | None = None) -> dict[str, Any]:
        """Return what found it, what that took, and how many edges it has.

        Parameters
        ----------
        truth
            The true graph over the same names, for how far this one is from it.
        """
        from causattn.graphs.registry import compare_graphs  # which imports this module

        return {
            "algorithm": self.algorithm,
            "edges": self.edge_count,
            "tests": self.tests,
            "tests_by_order": list(self.tests_by_order),
            "score": self.score,
            "details": dict(self.details),
            **({} if truth is None else compare_graphs(self, truth)),
            **({} if truth is None or not truth.details else {"truth": dict(truth.details)}),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row an edge: source, symbol, target."""
        import pandas as pd

        edges = [(edge.source, edge.symbol, edge.target) for edge in self.edges()]
        return pd.DataFrame(edges, columns=["source", "edge", "target"])

    def over(
        self, names: Sequence[str], determined: Mapping[str, Sequence[str]] | None = None
    ) -> CausalGraph | None:
        """Return the graph over these of its variables, in this order; None over other variables.

        What is known over some of its variables alone, where others are `determined`, says
        `causattn.graphs.marginal`.
        """
        if not set(names) <= set(self.names):
            return None
        if len(names) < self.size:
            from causattn.graphs.marginal import marginal  # which imports this module

            return marginal(self, names, determined or {})
        order = [self.names.index(name) for name in names]
        return CausalGraph(tuple(names), self.marks[np.ix_(order, order)], kind=self.kind)

    def to_networkx(self) -> networkx.DiGraph:
        """Return a `networkx.DiGraph`; an undirected edge is there both ways.

        Each edge i -> j carries ``mark_source`` and ``mark_target`` (`Mark` names in lower case).
        """
        from causattn.graphs.conversions import to_networkx

        return to_networkx(self)

    def to_causal_learn(self) -> Any:
        """Return a causal-learn `GeneralGraph` (whose matrix is transposed to ours)."""
        from causattn.graphs.conversions import to_causal_learn

        return to_causal_learn(self)

    def text(self, form: GraphForm) -> str:
        """Return the graph as other programs read it.

        Parameters
        ----------
        form
            ``"dot"`` (Graphviz), ``"mermaid"``, ``"graphml"``, ``"csv"`` (a square of 0 and 1
            **from row to column** under the names) or ``"tetrad"`` (the lines that Tetrad and
            causal-learn write).

        Raises
        ------
        CapabilityError
            For ``"csv"`` where an edge has arrows at both ends or a circle.
        ConfigError
            For an unknown form.
        """
        return graph_text(self, form)

    def __repr__(self) -> str:
        """Return its kind, what found it, and its edges, a line each."""
        found = f" by {visible(self.algorithm)}" if self.algorithm else ""
        head = f"{self.kind} of {self.size} variables with {self.edge_count} edges{found}"
        shown = [f"  {visible(a)} {symbol} {visible(b)}" for a, b, symbol in self.edges()]
        more = [f"  ... and {len(shown) - _SHOWN} more"] if len(shown) > _SHOWN else []
        return "\n".join([head, *shown[:_SHOWN], *more])

    def write(self, path: Path) -> None:
        """Write the graph as one JSON file (schema 1)."""
        write_json(path, {"schema": SCHEMA, **graph_json(self)})

    @classmethod
    def read(cls, path: Path) -> CausalGraph:
        """Read what `write` wrote.

        Raises
        ------
        ArtefactError
            Where the file is missing, no JSON, or of another schema.
        """
        stored = read_json(path)
        if not isinstance(stored, dict) or stored.get("schema") != SCHEMA:
            raise ArtefactError(f"{path} is no graph of schema {SCHEMA}; write it again.")
        return cls(**from_graph_json(stored))
