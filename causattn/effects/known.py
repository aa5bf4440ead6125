"""What is known of a pair before any effect is estimated: candidates, graph, truth, and more.

Evidence on a claim that no search over the documents has seen is *independent*:

============= ======================================================================================
intervention  the source was set in the world that makes the documents, and the target was looked
              at; people's counterfactual edits of CEBaB's reviews are such, and always asked
people        somebody says so: a required or forbidden edge, or an edit of the graph
order         a known order puts the source before the target, which says no more than that
truth         the true graph, where somebody lets it speak
============= ======================================================================================

Required and forbidden edges, tiers and an order are read off the knowledge that discovery was given
(``details["knowledge"]``), unless it was assumed by default (``details["assumed"]``); the rest is
handed to `causattn.effects.collect_evidence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from causattn.base import ConfigError
from causattn.candidates import CandidateEdges
from causattn.corpora import Corpus
from causattn.discovery import ASSUMED, KNOWLEDGE
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.effects.collect import Claims

FREQUENCY = "bootstrap_frequency"
"""Key of `CausalGraph.details`: share of bootstrap graphs with i --> j, [p][p], row to column."""


def pairs(
    names: tuple[str, ...],
    graph: CausalGraph,
    candidates: CandidateEdges | None,
    truth: CausalGraph | None,
    outputs: tuple[int, ...] = (),
) -> list[tuple[int, int]]:
    """Return the ordered pairs of features that get a row, in the features' order.

    A pair gets one where it was allowed, is adjacent in the graph, or is adjacent in the truth; and
    every feature of the graph gets one with each outcome (`outputs`, places in `names`) that the
    graph holds, since it may act on it by way of others.
    """
    wanted = np.zeros((len(names), len(names)), dtype=bool)
    sources = [(graph.names, graph.skeleton())]
    if candidates is not None:
        sources.append((candidates.names, candidates.allowed))
    if truth is not None:
        sources.append((truth.names, truth.skeleton()))
    for own, matrix in sources:
        place = {name: k for k, name in enumerate(own)}
        known = [(k, place[name]) for k, name in enumerate(names) if name in place]
        here, there = np.array(known, dtype=int).reshape(-1, 2).T  # perhaps no feature at all
        wanted[np.ix_(here, here)] |= matrix[np.ix_(there, there)]
    wanted |= wanted.T
    drawn = np.isin(names, graph.names)
    for output in outputs:
        wanted[:, output] |= drawn & drawn[output]
    np.fill_diagonal(wanted, False)
    return [(int(i), int(j)) for i, j in zip(*np.nonzero(wanted), strict=True)]


def candidate_columns(
    candidates: CandidateEdges | None, source: str, target: str
) -> dict[str, Any]:
    """Return how the pair was proposed; without candidates every pair was allowed."""
    if candidates is None or source not in candidates.names or target not in candidates.names:
        return {"candidate_allowed": candidates is None}
    i, j = candidates.names.index(source), candidates.names.index(target)
    return {
        "candidate_allowed": bool(candidates.allowed[i, j]),
        "candidate_screen": candidates.about.get("screen"),
        "candidate_score": float(candidates.score[i, j]),
        "candidate_strength": float(max(candidates.score[i, j], candidates.score[j, i])),
        "candidate_p": float(candidates.p_value[i, j]),
    }


def discovery_columns(
    graph: CausalGraph, claims: Claims, source: str, target: str
) -> dict[str, Any]:
    """Return what the graph draws between the pair, and what of it is a claim."""
    if source not in graph.names or target not in graph.names:
        return {"discovery_directed": False}
    i, j = graph.names.index(source), graph.names.index(target)
    edge = graph.symbol(source, target) or None
    separating = graph.separating_sets.get((min(i, j), max(i, j)), ())
    frequency = graph.details.get(FREQUENCY)
    return {
        "discovery_edge": edge,
        "discovery_directed": claims.graph.symbol(source, target) == "-->",
        "discovery_free": bool(claims.free[i, j] or claims.free[j, i]),
        "robust_compelled": float(claims.compelled[i, j]) if edge == "-->" else float("nan"),
        "discovery_separating_set": [graph.names[k] for k in next(iter(separating))]
        if edge is None and len(separating)
        else None,
        "discovery_frequency": float("nan") if frequency is None else float(frequency[i][j]),
    }


def truth_columns(truth: CausalGraph | None, source: str, target: str) -> dict[str, Any]:
    """Return what the truth says of the pair; nothing where it does not speak of both."""
    if truth is None or source not in truth.names or target not in truth.names:
        return {}
    edge = truth.symbol(source, target)
    return {"truth_adjacent": float(bool(edge)), "truth_directed": float(edge == "-->")}


def known_effects(corpus: Corpus) -> list[dict[str, float | str]]:
    """Return the effects that are known from elsewhere beside what the data say of them.

    Returns
    -------
    `aspect_effects` as one row an aspect for CEBaB; no rows for any other corpus.
    """
    if corpus.about.get("kind") != "cebab":
        return []
    from causattn.effects.concepts.aspects import aspect_effects  # which needs what few corpora do

    table = aspect_effects(corpus, str(corpus.about["path"]))
    return list(table.rename_axis("aspect").reset_index().to_dict("records"))


def known_claims(corpus: Corpus) -> list[Independent]:
    """Return what a corpus itself knows of claims without a search: for CEBaB, people's edits."""
    if corpus.about.get("kind") != "cebab":
        return []
    from causattn.effects.concepts.aspects import edited_claims

    return edited_claims(corpus)


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
        # What is only assumed is no evidence.
        known = None if graph.details.get(ASSUMED) else graph.details.get(KNOWLEDGE)
        of_search = [] if known is None else list(_of_knowledge(known))
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


def _of_knowledge(written: Mapping[str, Any]) -> Iterator[Independent]:
    """Yield what knowledge says of single arrows."""
    from causattn.discovery import Knowledge

    known = Knowledge.from_settings(written)
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
