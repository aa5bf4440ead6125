"""Collecting the evidence: what a graph claims, and one row an ordered pair, each source in turn.

A graph claims its arrows, read through its equivalence class. The same documents fit every graph of
a class, so that an arrow which turns within the class is no finding, whoever drew it. A DAG is read
as its CPDAG; so is a CPDAG, where an algorithm directed more than its class does. Two things direct
more: knowledge (``details["knowledge"]``), and an algorithm that identifies the graph beyond its
class, where its assumptions were tested and hold (``details["beyond_class"]["holds"]``). A PAG's
arrows are those of its class already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from causattn.base import CapabilityError, ConfigError, choose, settings_from, track
from causattn.candidates import CandidateEdges
from causattn.corpora import Corpus
from causattn.discovery import ASSUMED, BEYOND_CLASS, KNOWLEDGE
from causattn.effects.evidence import EvidenceTable
from causattn.effects.known import (
    Independent,
    IndependentEvidence,
    candidate_columns,
    discovery_columns,
    known_claims,
    pairs,
    truth_columns,
)
from causattn.effects.verdict import VerdictRule, judge
from causattn.features import FeatureKind, FeatureTable
from causattn.graphs import CausalGraph, Mark, meek_closure

if TYPE_CHECKING:
    from causattn.effects.settings import DowhySettings
    from causattn.effects.unseen import Search
    from causattn.models import LanguageModel


class Claims(NamedTuple):
    """A graph's claims.

    Parameters
    ----------
    graph
        The graph through its class: effects are read off it.
    free
        bool [p, p], from row to column: arrows that are drawn and that the class leaves open.
    compelled
        float64 [p, p], from row to column: 1 where all of the class has the arrow, 0 where not, NaN
        where the graph has no class.
    """

    graph: CausalGraph
    free: np.ndarray
    compelled: np.ndarray


def claims_of(graph: CausalGraph, given: bool = False) -> Claims:
    """Return what a graph claims.

    Parameters
    ----------
    graph
        A DAG, a CPDAG or a PAG.
    given
        Its arrows were not found in the documents: they are claims as they stand.
    """
    arrows = graph.directed()
    nowhere = np.zeros_like(arrows)
    if graph.kind == "pag":
        return Claims(graph, nowhere, arrows.astype(float))
    if graph.details.get(BEYOND_CLASS, {}).get("holds"):
        return Claims(graph, nowhere, arrows.astype(float))
    found = _class(graph)
    if found is None:
        return Claims(graph, nowhere, np.full(arrows.shape, np.nan))
    settled = (found == 1) & (found.T == 0)
    if given:
        return Claims(graph, nowhere, settled.astype(float))
    free = arrows & ~settled
    if graph.kind == "cpdag" and not free.any():
        return Claims(graph, free, settled.astype(float))
    marks = graph.marks.copy()
    marks[free] = Mark.TAIL
    return Claims(replace(graph, marks=marks, kind="cpdag"), free, settled.astype(float))


def directed_by_knowledge(graph: CausalGraph) -> set[tuple[str, str]]:
    """Return the claimed arrows whose direction knowledge gave, and the documents did not.

    Without it they would turn within the equivalence class.
    """
    if graph.details.get(KNOWLEDGE) is None or graph.details.get(BEYOND_CLASS, {}).get("holds"):
        return set()
    known, found = _class(graph), _class(graph, knowledge=False)
    if graph.kind == "pag" or known is None or found is None:
        return set()
    settled = (known == 1) & (known.T == 0) & ~((found == 1) & (found.T == 0))
    return {(graph.names[i], graph.names[j]) for i, j in np.argwhere(settled).tolist()}


def _class(graph: CausalGraph, knowledge: bool = True) -> np.ndarray | None:
    """Return the class, uint8 [p, p] from row to column, undirected edges both ways.

    It is what the unshielded colliders and (where asked) the knowledge direct, with Meek's rules.
    So a graph whose tests contradicted each other, which no DAG extends, has one, too. Without
    knowledge, arrows that meet in what separates their sources are no collider of the documents.
    """
    try:
        adjacency = graph.adjacency("from row to column").astype(bool)
    except CapabilityError:
        return None
    arrows, joined = adjacency & ~adjacency.T, adjacency | adjacency.T
    directed = np.zeros_like(arrows)
    for node in range(graph.size):
        parents = np.flatnonzero(arrows[:, node])
        apart = ~joined[np.ix_(parents, parents)]
        np.fill_diagonal(apart, False)
        if not knowledge:
            apart &= ~_separated_by(graph, node, parents)
        directed[parents[apart.any(axis=1)], node] = True
    if knowledge and (known := graph.details.get(KNOWLEDGE)) is not None:
        from causattn.discovery import Knowledge

        required, forbidden = Knowledge.from_settings(known).matrices(graph.names)
        directed |= arrows & (required | forbidden.T)
    found = joined.copy()
    found[directed.T] = False
    return meek_closure(found.astype(np.uint8))


def _separated_by(graph: CausalGraph, node: int, parents: np.ndarray) -> np.ndarray:
    """Return which pairs of a node's parents were found independent given it, bool [k, k]."""
    found = np.zeros((len(parents), len(parents)), dtype=bool)
    for a, i in enumerate(parents.tolist()):
        for b, j in enumerate(parents.tolist()):
            sets = graph.separating_sets.get((min(i, j), max(i, j)), ())
            found[a, b] = any(node in separating for separating in sets)
    return found


MOVED_KEYS = {
    "effects.subset_fraction": "effects.refuter_settings.data_subset.fraction",
    "effects.hidden_strength": "effects.refuter_settings.unobserved_common_cause.strength",
}
"""Keys that have another name now."""
_KIND = "effects.kind"
_NOT_ASKED = {"data_reason": "Not asked for (effects=none)."}


@dataclass(frozen=True)
class NoneSettings:
    """No effects: the evidence table holds attention, graph and truth only."""

    kind: str = "none"
    negligible: ClassVar[float] = 0.01


def collect_evidence(
    settings: Mapping[str, Any],
    graph: CausalGraph,
    features: FeatureTable,
    candidates: CandidateEdges | None,
    model: LanguageModel | None,
    corpus: Corpus,
    seed: int,
    *,
    search: Search | None = None,
    given: bool = False,
    independent: Iterable[Independent] = (),
) -> EvidenceTable:
    """Return the evidence for and against every pair that was allowed, found, or is true.

    A feature and an outcome get a row in any case, with the feature's total effect where the graph
    has a causal path but no edge.

    Parameters
    ----------
    settings
        The group `effects` of the configuration: ``kind`` (``dowhy`` or ``none``) and the fields
        of `DowhySettings`.
    graph
        What discovery found, over the features' names.
    features
        Documents by features.
    candidates
        The candidate edges; None where every pair was allowed.
    model
        The model to intervene on; None for no interventions.
    corpus
        The documents; its truth, where it has one, goes into the table beside the verdicts.
    seed
        The run's seed. Draws of an edge depend on it and on the edge's names only.
    search
        The search that found the graph, to be repeated on some of the documents, as
        ``effects.split`` says. Without it discovery is taken to have seen all of them.
    given
        The graph was not found in these documents: discovery has seen none of them.
    independent
        What is known without a search, beside the knowledge that the graph was found with, and
        what the corpus brings along (CEBaB: people's edits).

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    """
    chosen = effect_settings(settings)
    rule = VerdictRule(negligible=chosen.negligible)
    claims = claims_of(graph, given)
    tests = None
    if not isinstance(chosen, NoneSettings):
        from causattn.effects.claim_tests import ClaimTests

        tests = ClaimTests(chosen, claims, given, search, features, candidates, model, corpus, seed)
    names = features.names
    rows = []
    outputs = tuple(k for k, kind in enumerate(features.kinds) if kind is FeatureKind.OUTPUT)
    wanted = pairs(names, graph, candidates, corpus.truth, outputs)
    known = IndependentEvidence(graph, [*independent, *known_claims(corpus)])
    by_knowledge = directed_by_knowledge(graph)
    for source, target in track(wanted, "collecting evidence", unit="pairs"):
        both = names[source], names[target]
        row: dict[str, Any] = {"source": both[0], "target": both[1]}
        row |= candidate_columns(candidates, *both)
        row |= discovery_columns(graph, claims, *both)
        row |= known.columns(*both)
        row |= _NOT_ASKED if tests is None else tests.columns(source, target, row)
        # The truth comes after the verdicts, which must not know it.
        row |= judge(row, rule).columns() | truth_columns(corpus.truth, *both)
        if both in by_knowledge:
            how = "assumed" if graph.details.get(ASSUMED) else "known beforehand"
            row["verdict_reason"] += f" Its direction was {how}, not found."
        rows.append(row)
    return EvidenceTable.from_rows(rows, {"settings": asdict(chosen), "seed": seed})


def effect_settings(settings: Mapping[str, Any]) -> DowhySettings | NoneSettings:
    """Return the settings of the group `effects`, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    """
    kind = choose(str(settings.get("kind", "dowhy")), {"dowhy": None, "none": NoneSettings}, _KIND)
    for key in (f"effects.{name}" for name in settings):
        if key in MOVED_KEYS:
            raise ConfigError(f"{key} is now {MOVED_KEYS[key]}; set that.")
    if kind is not None:
        return settings_from(kind, settings, "effects")
    from causattn.effects.settings import DowhySettings

    return settings_from(DowhySettings, settings, "effects")
