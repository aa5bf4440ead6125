"""What is known of a pair before any effect is estimated: candidates, graph, truth."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.candidates import CandidateEdges
from causattn.corpora import Corpus
from causattn.effects.claims import Claims
from causattn.effects.independent import Independent
from causattn.graphs import CausalGraph

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
        "discovery_directed": bool(claims.graph.directed()[i, j]),
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
    i, j = truth.names.index(source), truth.names.index(target)
    return {
        "truth_adjacent": float(truth.skeleton()[i, j]),
        "truth_directed": float(truth.directed()[i, j]),
    }


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
