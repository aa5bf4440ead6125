"""The strongest candidate pairs, as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from causattn.base import Bounds
from causattn.discovery.baselines.pairwise import undirected_graph
from causattn.discovery.contract import ANY_DATA, Algorithm, Capability, Problem, RunSettings
from causattn.graphs import CausalGraph, Mark


@dataclass(frozen=True, kw_only=True)
class AttentionThresholdSettings(RunSettings):
    """Baseline: the strongest candidate pairs as they are, without any test.

    Parameters
    ----------
    edges
        How many of the strongest pairs are edges; null for all that are allowed.
    directed
        Direct each edge along the larger of its two scores; else leave it undirected.
    """

    kind: str = "attention_threshold"
    edges: Annotated[int, Bounds(least=0)] | None = None
    directed: bool = False


class AttentionThreshold(Algorithm):
    """Baseline: the strongest candidate pairs as they are, without any test."""

    name = "attention_threshold"
    settings = AttentionThresholdSettings
    capability = Capability(data_kinds=ANY_DATA, needs_candidates=True)
    baseline = True

    def run(self, problem: Problem, settings: AttentionThresholdSettings) -> CausalGraph:
        """Return the strongest of the allowed candidate pairs as edges."""
        candidates = problem.candidates
        assert candidates is not None  # `prepared` has seen to it
        graph = undirected_graph(
            problem.data.names, candidates.strength, candidates.allowed, settings.edges
        )
        marks = graph.marks.copy()
        if settings.directed:
            forward = (candidates.score > candidates.score.T) & (marks != Mark.NONE)
            marks[forward] = Mark.ARROW
        about = f"{graph.edge_count} strongest pairs; {candidates.method}"
        return CausalGraph(
            problem.data.names,
            marks,
            kind="cpdag",
            algorithm=f"attention threshold ({about})",
        )


ALGORITHM = AttentionThreshold()
