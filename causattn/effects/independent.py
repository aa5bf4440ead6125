"""Evidence on a claim that no search over the documents has seen.

============= ======================================================================================
intervention  the source was set in the world that makes the documents, and the target was looked
              at; people's counterfactual edits of CEBaB's reviews are such, and always asked
people        somebody says so: a required or forbidden edge, or an edit of the graph
order         a known order puts the source before the target, which says no more than that
truth         the true graph, where somebody lets it speak
============= ======================================================================================

Required and forbidden edges, tiers and an order are read off the knowledge that discovery was given
(``details["knowledge"]``); the rest is handed to `causattn.effects.collect_evidence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from causattn.base import ConfigError
from causattn.discovery import KNOWLEDGE, Knowledge
from causattn.graphs import CausalGraph

IndependentKind = Literal["intervention", "people", "order", "truth"]
_RANK = ("truth", "intervention", "people", "order")


class Independent(NamedTuple):
    """What is known of "source causes target directly" without a search over the documents.

    Parameters
    ----------
    source, target
        The claim.
    kind
        Where it is from.
    says
        Whether it speaks for the claim or against it.
    words
        The same as a clause, such as ``"people require a -> b"``.
    """

    source: str
    target: str
    kind: IndependentKind
    says: Literal["for", "against"]
    words: str


class IndependentEvidence:
    """All of it, by claim.

    Parameters
    ----------
    graph
        The graph, with the knowledge that it was found with.
    more
        What else is known. A claim of which several sources speak is judged by the first of truth,
        intervention, people, order; within one, "against" counts.

    Raises
    ------
    ConfigError
        For a kind that there is not.
    """

    def __init__(self, graph: CausalGraph, more: Iterable[Independent] = ()) -> None:
        self._found: dict[tuple[str, str], Independent] = {}
        known = graph.details.get(KNOWLEDGE)
        of_search = [] if known is None else list(_of_knowledge(Knowledge.from_settings(known)))
        for one in (*of_search, *more):
            if one.kind not in _RANK:
                raise ConfigError(
                    f"Independent evidence of kind {one.kind!r} is not known; choose one of "
                    f"{', '.join(_RANK)}."
                )
            before = self._found.get((one.source, one.target))
            if before is None or _weight(one) < _weight(before):
                self._found[one.source, one.target] = one

    def columns(self, source: str, target: str) -> dict[str, Any]:
        """Return the columns of the evidence table for one ordered pair."""
        one = self._found.get((source, target))
        if one is None:
            return {}
        return {
            "independent_kind": one.kind,
            "independent_says": one.says,
            "independent_words": one.words,
        }


def _weight(one: Independent) -> tuple[int, bool]:
    return _RANK.index(one.kind), one.says == "for"


def _of_knowledge(known: Knowledge) -> Iterator[Independent]:
    """Yield what knowledge says of single arrows."""
    for a, b in known.required:
        yield Independent(a, b, "people", "for", f"people require {a} -> {b}")
        yield Independent(b, a, "people", "against", f"people require {a} -> {b}")
    for a, b in known.forbidden:
        yield Independent(a, b, "people", "against", f"people forbid {a} -> {b}")
    for groups in (known.tiers, tuple((one,) for one in known.order)):
        for rank, later in enumerate(groups):
            for a in (name for earlier in groups[:rank] for name in earlier):
                for b in later:
                    words = f"a known order puts {a} before {b}"
                    yield Independent(a, b, "order", "for", words)
                    yield Independent(b, a, "order", "against", words)
