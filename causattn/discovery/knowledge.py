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
        self._check_direct(index, required, forbidden)
        for rank, later in enumerate(self.tiers):
            for earlier in self.tiers[:rank]:
                rows, columns = [index[v] for v in later], [index[v] for v in earlier]
                self._rule_out(required, forbidden, rows, columns, names, "tiers put")
        for rank, later_one in enumerate(self.order):
            rows, columns = [index[later_one]], [index[v] for v in self.order[:rank]]
            self._rule_out(required, forbidden, rows, columns, names, "the order puts")
        _check_acyclic(required, names)
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

    def _check_direct(
        self, index: Mapping[str, int], required: np.ndarray, forbidden: np.ndarray
    ) -> None:
        for cause, effect in (*self.required, *self.forbidden):
            if cause == effect:
                raise ConfigError(f"Knowledge has an edge from {cause} to itself; remove it.")
        for cause, effect in self.required:
            if forbidden[index[cause], index[effect]]:
                raise ConfigError(
                    f"Knowledge contradicts itself: {cause} -> {effect} is required and "
                    "forbidden; take one of the two back."
                )
            if required[index[effect], index[cause]]:
                raise ConfigError(
                    f"Knowledge contradicts itself: {cause} -> {effect} and {effect} -> {cause} "
                    "are both required; take one of the two back."
                )


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


def _check_acyclic(required: np.ndarray, names: Sequence[str]) -> None:
    """Raise where required edges make a cycle, naming it."""
    left = required.copy()
    alive = np.ones(len(names), dtype=bool)
    while True:
        ends = alive & ~(left & alive).any(axis=1)
        if not ends.any():
            break
        alive &= ~ends
        left[:, ends] = False
    if not alive.any():
        return
    path = [int(np.flatnonzero(alive)[0])]
    while True:
        following = int(np.flatnonzero(left[path[-1]] & alive)[0])
        if following in path:
            cycle = [*path[path.index(following) :], following]
            shown = " -> ".join(names[k] for k in cycle)
            raise ConfigError(
                f"Knowledge contradicts itself: the required edges make the cycle {shown}; take "
                "one of them back."
            )
        path.append(following)
