"""XGES: extremely greedy equivalence search, by causattn's own moves.

Nazaret and Blei (2024), "Extremely greedy equivalence search", UAI, arXiv 2502.19551.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.ges.constraints import Adaptive, constraints
from causattn.discovery.ges.extreme import run_xges
from causattn.discovery.running.preparing import evidence_for
from causattn.discovery.shared_settings import CandidateSettings, ScoreSettings, chosen_score
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class XgesSettings(ScoreSettings, CandidateSettings):
    """XGES, extremely greedy equivalence search: a score, a CPDAG.

    Parameters
    ----------
    extended
        Put each edge in question at the end (XGES), or not (XGES-0).
    adaptive
        Where candidates restrict, when another pair may come in: while it ends one of the
        ``unshielded_triples`` or ``v_structures``, or ``none``.
    knowledge
        ``{required: [[a, b]], forbidden: [[c, d]], tiers: [[a], [b, c]], order: [a, b]}``;
        null: a label comes after all else, unless the truth is known; ``{}``: nothing is assumed.
    max_parents
        The largest family an insertion may make, null for no bound.
    """

    kind: str = "xges"
    extended: bool = True
    adaptive: Adaptive = "unshielded_triples"
    knowledge: dict[str, Any] | None = None
    max_parents: int | None = None


class Xges(Algorithm):
    """XGES, extremely greedy equivalence search: a score, a CPDAG."""

    name = "xges"
    settings = XgesSettings
    capability = Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        scores=ANY,
        candidates=frozenset({"restrict", "weigh"}),
        knowledge=True,
    )
    paper = "Nazaret and Blei (2024), Extremely greedy equivalence search, UAI, arXiv 2502.19551"

    def run(self, problem: Problem, settings: XgesSettings) -> CausalGraph:
        """Solve a prepared problem."""
        names = problem.data.names
        chosen = chosen_score(problem, settings, self.capability)
        evidence = evidence_for(self, settings, problem.candidates)
        weighing, known = evidence.weighing, problem.knowledge
        required, forbidden = (None, None) if known is None else known.matrices(names)
        limits = constraints(
            len(names),
            allowed=evidence.allowed,
            adaptive=settings.adaptive,
            edge_log_prior=None if weighing is None else settings.log_prior(weighing),
            required=required,
            forbidden=forbidden,
            max_parents=settings.max_parents,
        )
        found = run_xges(chosen.local, limits, extended=settings.extended)
        about = [chosen.text, *([] if settings.extended else ["not extended"]), *evidence.words]
        return CausalGraph.from_adjacency(
            found.adjacency,
            names,
            direction="from row to column",
            kind="cpdag",
            algorithm=f"xges ({', '.join(about)})",
            tests=found.local_scores,
            score=float(found.score),
            details={"moves": dict(found.steps_by_phase)},
        )


ALGORITHM = Xges()
