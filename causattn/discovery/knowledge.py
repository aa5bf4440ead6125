"""`Knowledge`: what is known of the graph before the data speak.

Everything becomes two matrices, from row to column: edges that must be there and edges that must
not. A tier or an order says only what cannot be: nothing points from a later variable to an earlier
one, as in an autoregressive model, where a token cannot depend on the tokens after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from causattn.base import ConfigError, settings_from
from causattn.graphs import dag_to_cpdag, meek_closure

Pair = tuple[str, str]


@dataclass(frozen=True)
class Knowledge:
    """Background knowledge over named variables.

    Parameters
    ----------
    required
        Edges ``(cause, effect)`` that are in the graph.
    forbidden
        Edges ``(cause, effect)`` that are not; a pair forbidden both ways is never adjacent.
    tiers
        Groups of variables, causes first: no edge points from a later tier into an earlier one.
        Variables in no tier are free.
    order
        A causal order of some variables, causes first: no edge points backwards in it.
    """

    required: tuple[Pair, ...] = ()
    forbidden: tuple[Pair, ...] = ()
    tiers: tuple[tuple[str, ...], ...] = ()
    order: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no list of pairs, such as one pair in the place of a list of them."""
        for what in ("required", "forbidden"):
            for edge in getattr(self, what):
                if isinstance(edge, str) or len(edge) != 2:
                    raise ConfigError(
                        f"{what} has {edge!r} in the place of an edge; write a tuple of pairs, "
                        f'such as {what}=(("a", "b"),).'
                    )
        for what in ("tiers", "order"):
            listed = getattr(self, what)
            if isinstance(listed, str) or (what == "tiers" and any(map(_is_text, listed))):
                raise ConfigError(
                    f"{what}={listed!r} is no list of "
                    f"{'lists of names' if what == 'tiers' else 'names'}; write one."
                )

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], where: str = "knowledge") -> Knowledge:
        """Build from a mapping of lists, as a configuration has them.

        Raises
        ------
        ConfigError
            For an unknown key, or an edge that is no pair of names.
        """
        read = settings_from(_KnowledgeSettings, settings, where)
        for what, edges in (("required", read.required), ("forbidden", read.forbidden)):
            for edge in edges:
                if len(edge) != 2:
                    raise ConfigError(
                        f"{where}.{what} has {list(edge)}, which is no edge; write each as "
                        "[cause, effect]."
                    )
        return cls(
            required=tuple((edge[0], edge[1]) for edge in read.required),
            forbidden=tuple((edge[0], edge[1]) for edge in read.forbidden),
            tiers=read.tiers,
            order=read.order,
        )

    def without(self, names: Iterable[str]) -> Knowledge:
        """Return what is known of the other variables, where these are constant.

        Raises
        ------
        ConfigError
            Where one of these has a required edge.
        """
        gone = set(names)
        for cause, effect in self.required:
            if gone & {cause, effect}:
                constant = cause if cause in gone else effect
                raise ConfigError(
                    f"Knowledge requires {cause} -> {effect}, and {constant} has the same value in "
                    "every row; take the edge back or give rows in which it varies."
                )
        return Knowledge(
            self.required,
            tuple(edge for edge in self.forbidden if not gone & set(edge)),
            tuple(tuple(name for name in tier if name not in gone) for tier in self.tiers),
            tuple(name for name in self.order if name not in gone),
        )

    def matrices(self, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return required and forbidden edges, bool [p, p] each, from row to column.

        Parameters
        ----------
        names
            The p variables.

        Raises
        ------
        ConfigError
            For a name that is not among them, one that stands twice in tiers or order, or
            knowledge that contradicts itself.
        """
        index = {name: k for k, name in enumerate(names)}
        self._check_names(index)
        required = np.zeros((len(index), len(index)), dtype=bool)
        forbidden = np.zeros_like(required)
        for cause, effect in self.required:
            required[index[cause], index[effect]] = True
        for cause, effect in self.forbidden:
            forbidden[index[cause], index[effect]] = True
        for rank, later in enumerate(self.tiers):
            for earlier in self.tiers[:rank]:
                rows, columns = [index[v] for v in later], [index[v] for v in earlier]
                self._rule_out(required, forbidden, rows, columns, names, "tiers put")
        for rank, later_one in enumerate(self.order):
            rows, columns = [index[later_one]], [index[v] for v in self.order[:rank]]
            self._rule_out(required, forbidden, rows, columns, names, "the order puts")
        check_edges(required, forbidden, names)
        return required, forbidden

    def _rule_out(
        self,
        required: np.ndarray,
        forbidden: np.ndarray,
        later: list[int],
        earlier: list[int],
        names: Sequence[str],
        why: str,
    ) -> None:
        """Forbid edges from later to earlier variables, unless one is required."""
        block = np.ix_(later, earlier)
        if required[block].any():
            i, j = np.argwhere(required[block])[0]
            cause, effect = names[later[i]], names[earlier[j]]
            raise ConfigError(
                f"Knowledge contradicts itself: {cause} -> {effect} is required, and {why} "
                f"{effect} before {cause}; take one of the two back."
            )
        forbidden[block] = True

    def _check_names(self, index: Mapping[str, int]) -> None:
        named: Iterable[str] = (
            *(name for edge in (*self.required, *self.forbidden) for name in edge),
            *(name for tier in self.tiers for name in tier),
            *self.order,
        )
        for name in named:
            if name not in index:
                raise ConfigError(
                    f"Knowledge speaks of {name}, which is no variable of the table; use its names "
                    f"({', '.join(list(index)[:5])}, ...)."
                )
        for what, listed in (
            ("tiers", [name for tier in self.tiers for name in tier]),
            ("order", list(self.order)),
        ):
            for name in listed:
                if listed.count(name) > 1:
                    raise ConfigError(f"Knowledge has {name} twice in its {what}; keep one.")


def known_class(
    dag: np.ndarray, required: np.ndarray | None, forbidden: np.ndarray | None
) -> np.ndarray:
    """Return what a DAG that honours knowledge shares with all others of its class that do.

    Meek (1995), "Causal inference and causal explanation with background knowledge".

    Parameters
    ----------
    dag
        0/1 [p, p], from row to column.
    required, forbidden
        bool [p, p], from row to column; None for none.

    Returns
    -------
    uint8 [p, p], from row to column; undirected edges both ways.
    """
    graph = dag_to_cpdag(dag)
    if required is None or forbidden is None:
        return graph
    settled = (np.asarray(dag) != 0) & (required | forbidden.T)
    graph[settled.T] = 0
    return meek_closure(graph)


def as_knowledge(knowledge: Knowledge | Mapping[str, Any] | None) -> Knowledge | None:
    """Return knowledge that may be written as a mapping.

    Raises
    ------
    ConfigError
        Where it is neither.
    """
    if isinstance(knowledge, Mapping):
        return Knowledge.from_settings(knowledge)
    if knowledge is None or isinstance(knowledge, Knowledge):
        return knowledge
    raise ConfigError(
        f"knowledge={knowledge!r} cannot be read; give a Knowledge, or a mapping with required, "
        "forbidden, tiers and order."
    )


@dataclass(frozen=True)
class _KnowledgeSettings:
    """Knowledge as a configuration writes it."""

    required: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[tuple[str, ...], ...] = ()
    tiers: tuple[tuple[str, ...], ...] = ()
    order: tuple[str, ...] = ()


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def check_edges(required: np.ndarray, forbidden: np.ndarray, names: Sequence[str] = ()) -> None:
    """Raise where no graph has the required edges and none of the forbidden ones.

    Parameters
    ----------
    required, forbidden
        bool [p, p], from row to column.
    names
        The variables' names, for messages; empty for numbers.

    Raises
    ------
    ConfigError
        Naming the edges.
    """

    def called(k: int) -> str:
        return str(names[k]) if len(names) else f"number {k}"

    if len(own := np.flatnonzero((required | forbidden).diagonal())):
        raise ConfigError(f"Knowledge has an edge from {called(own[0])} to itself; remove it.")
    for pairs, why in (
        (required & forbidden, "required and forbidden"),
        (required & required.T, "required, and so is the other way round"),
    ):
        if pairs.any():
            i, j = np.argwhere(pairs)[0]
            raise ConfigError(
                f"Knowledge contradicts itself: {called(i)} -> {called(j)} is {why}; take one of "
                "the two back."
            )
    if cycle := directed_cycle(required):
        raise ConfigError(
            "Knowledge contradicts itself: the required edges make the cycle "
            f"{' -> '.join(map(called, cycle))}; take one of them back."
        )


def directed_cycle(matrix: np.ndarray) -> list[int]:
    """Return a directed cycle of a graph (bool [p, p], from row to column), or an empty list."""
    if not matrix.any():
        return []
    left = np.flatnonzero(matrix.any(axis=0) & matrix.any(axis=1))
    while True:
        inner = matrix[np.ix_(left, left)]
        keep = inner.any(axis=0) & inner.any(axis=1)
        if keep.all():
            break
        left = left[keep]
    if not len(left):
        return []
    inside = set(left.tolist())
    path = [int(left[0])]
    while True:
        following = next(int(j) for j in np.flatnonzero(matrix[path[-1]]) if int(j) in inside)
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)
