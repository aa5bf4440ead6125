"""`CausalGraph`: a DAG, a CPDAG (or PDAG) or a PAG over named variables, with how it was found.

An edge between i and j has a mark at each end. ``marks[i, j]`` is the mark at **j's end** of the
edge between i and j, so

=========== ================= =================
edge        ``marks[i, j]``   ``marks[j, i]``
=========== ================= =================
none        NONE              NONE
i -> j      ARROW             TAIL
i -- j      TAIL              TAIL
i <-> j     ARROW             ARROW
i o-> j     ARROW             CIRCLE
i o-o j     CIRCLE            CIRCLE
=========== ================= =================

As 0/1 adjacency, **from row to column**: ``i -> j`` is ``A[i, j] = 1, A[j, i] = 0`` and ``i -- j``
is 1 both ways. Adjacency has no room for arrows at both ends or circles; asking for it then is an
error.

The marks of PAGs follow Zhang (2008), "On the completeness of orientation rules for causal
discovery in the presence of latent confounders and selection bias", section 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from causattn.base import (
    ArtefactError,
    CapabilityError,
    DataError,
    Shown,
    listed,
    read_json,
    repeated,
    write_json,
)
from causattn.graphs.sparse import nonzero_pairs

if TYPE_CHECKING:
    import networkx
    import pandas as pd

SCHEMA = 1
Direction = Literal["from row to column", "from column to row"]
Kind = Literal["dag", "cpdag", "pag"]


class Mark(IntEnum):
    """The mark at one end of an edge."""

    NONE = 0
    TAIL = 1
    ARROW = 2
    CIRCLE = 3


_LEFT = {Mark.TAIL: "-", Mark.ARROW: "<", Mark.CIRCLE: "o"}
_RIGHT = {Mark.TAIL: "-", Mark.ARROW: ">", Mark.CIRCLE: "o"}


class Edge(NamedTuple):
    """One edge, `source` first where it is directed.

    `symbol` is ``-->``, ``---``, ``<->``, ``o->`` or ``o-o``.
    """

    source: str
    target: str
    symbol: str


@dataclass(frozen=True)
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
        matrix = _turned(matrix, direction)
        marks = np.zeros(matrix.shape, dtype=np.int8)
        i, j = nonzero_pairs(matrix)
        both = matrix[j, i]
        marks[j, i] = Mark.TAIL
        marks[i, j] = np.where(both, Mark.TAIL, Mark.ARROW)
        if "kind" not in about:
            directed = not both.any()
            about["kind"] = "dag" if directed and _acyclic(matrix) else "cpdag"
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
        return _turned(matrix, direction).astype(np.uint8)

    def skeleton(self) -> np.ndarray:
        """Return which pairs are adjacent, bool [p, p], symmetric."""
        return self.marks != Mark.NONE

    def directed(self) -> np.ndarray:
        """Return the edges i -> j, bool [p, p], from row to column."""
        return (self.marks == Mark.ARROW) & (self.marks.T == Mark.TAIL)

    def parents(self, index: int) -> tuple[int, ...]:
        """Return the variables i with i -> `index`."""
        return tuple(int(i) for i in np.flatnonzero(self.directed()[:, index]))

    def edges(self) -> Iterator[Edge]:
        """Yield every edge once, directed ones from source to target."""
        for i, j in zip(*np.nonzero(np.triu(self.skeleton())), strict=True):
            at_i, at_j = Mark(self.marks[j, i]), Mark(self.marks[i, j])
            if at_i == Mark.ARROW and at_j != Mark.ARROW:
                i, j, at_i, at_j = j, i, at_j, at_i
            yield Edge(self.names[i], self.names[j], f"{_LEFT[at_i]}-{_RIGHT[at_j]}")

    def symbol(self, source: str, target: str) -> str:
        """Return the edge between two variables, `source` first; empty where there is none."""
        i, j = self.names.index(source), self.names.index(target)
        at_source, at_target = Mark(self.marks[j, i]), Mark(self.marks[i, j])
        return "" if at_target is Mark.NONE else f"{_LEFT[at_source]}-{_RIGHT[at_target]}"

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
        import networkx

        graph = networkx.DiGraph()
        graph.add_nodes_from(self.names)
        for i, j in zip(*np.nonzero(self.marks), strict=True):
            at_i, at_j = Mark(self.marks[j, i]), Mark(self.marks[i, j])
            if at_j == Mark.TAIL and at_i == Mark.ARROW:
                continue
            graph.add_edge(
                self.names[i],
                self.names[j],
                mark_source=at_i.name.lower(),
                mark_target=at_j.name.lower(),
            )
        return graph

    def to_causal_learn(self) -> Any:
        """Return a causal-learn `GeneralGraph` (whose matrix is transposed to ours)."""
        from causallearn.graph.Edge import Edge as ReferenceEdge
        from causallearn.graph.Endpoint import Endpoint
        from causallearn.graph.GeneralGraph import GeneralGraph
        from causallearn.graph.GraphNode import GraphNode

        endpoint = {
            Mark.TAIL: Endpoint.TAIL,
            Mark.ARROW: Endpoint.ARROW,
            Mark.CIRCLE: Endpoint.CIRCLE,
        }
        nodes = [GraphNode(name) for name in self.names]
        graph = GeneralGraph(nodes)
        for i, j in zip(*np.nonzero(np.triu(self.skeleton())), strict=True):
            at_i, at_j = endpoint[Mark(self.marks[j, i])], endpoint[Mark(self.marks[i, j])]
            graph.add_edge(ReferenceEdge(nodes[i], nodes[j], at_i, at_j))
        return graph

    def write(self, path: Path) -> None:
        """Write the graph as one JSON file (schema 1)."""
        write_json(
            path,
            {
                "schema": SCHEMA,
                "kind": self.kind,
                "algorithm": self.algorithm,
                "names": list(self.names),
                "edges": [
                    {"source": edge.source, "target": edge.target, "symbol": edge.symbol}
                    for edge in self.edges()
                ],
                "separating_sets": [
                    {"pair": list(map(int, pair)), "sets": [list(map(int, s)) for s in sets]}
                    for pair, sets in sorted(self.separating_sets.items())
                ],
                "tests": self.tests,
                "tests_by_order": [int(count) for count in self.tests_by_order],
                "score": self.score,
                "details": dict(self.details),
            },
        )

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
        names = tuple(stored["names"])
        index = {name: k for k, name in enumerate(names)}
        left = {text: mark for mark, text in _LEFT.items()}
        right = {text: mark for mark, text in _RIGHT.items()}
        marks = np.zeros((len(names), len(names)), dtype=np.int8)
        for edge in stored["edges"]:
            i, j = index[edge["source"]], index[edge["target"]]
            marks[j, i] = left[edge["symbol"][0]]
            marks[i, j] = right[edge["symbol"][2]]
        return cls(
            names,
            marks,
            kind=stored["kind"],
            algorithm=stored["algorithm"],
            separating_sets={
                (entry["pair"][0], entry["pair"][1]): [tuple(s) for s in entry["sets"]]
                for entry in stored["separating_sets"]
            },
            tests=stored["tests"],
            tests_by_order=tuple(stored["tests_by_order"]),
            score=stored["score"],
            details=stored["details"],
        )


def _turned(matrix: np.ndarray, direction: Direction) -> np.ndarray:
    """Return `matrix`, or its transpose where its direction is from column to row."""
    if direction == "from row to column":
        return matrix
    if direction == "from column to row":
        return matrix.T
    raise DataError(
        f"direction={direction!r} is not known; say 'from row to column' or 'from column to row'."
    )


def _acyclic(matrix: np.ndarray) -> bool:
    """Return whether a directed graph (bool [p, p], from row to column) has no cycle."""
    left = np.ones(len(matrix), dtype=bool)
    incoming = matrix.sum(axis=0)
    while True:
        free = left & (incoming == 0)
        if not free.any():
            return not left.any()
        left &= ~free
        incoming = incoming - matrix[free].sum(axis=0)
