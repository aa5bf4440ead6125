"""What algorithms do with candidates, in one place: the settings, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from causattn.discovery.contract import Algorithm, CandidateUse, RunSettings
from causattn.discovery.running.preparing import candidate_use

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges

SHARPNESS = 4.0
"""How fast the probability of an edge falls with its rank, see `edge_probabilities`."""


@dataclass(frozen=True, kw_only=True)
class CandidateSettings(RunSettings):
    """Settings of algorithms that can restrict and weigh by candidates.

    Parameters
    ----------
    candidates
        ``restrict`` (only candidates can be adjacent), ``weigh`` (candidates are evidence: a level
        for each pair's tests, or a prior on edges), ``ignore``, or ``auto``: restrict where the
        engine can.
    expected_edges
        weigh: rank of the pair that is an edge with probability one half, null for the number of
        variables; see `edge_probabilities`.
    sharpness
        weigh: how fast the probability falls with the rank.
    """

    candidates: CandidateUse = "auto"
    expected_edges: float | None = None
    sharpness: float = SHARPNESS

    def levels(self, candidates: CandidateEdges, alpha: float) -> np.ndarray:
        """Return a level for each pair, of mean `alpha`; float64 [p, p], symmetric."""
        from causattn.discovery.running.weights import pair_levels

        return pair_levels(
            candidates, alpha, expected_edges=self.expected_edges, sharpness=self.sharpness
        )

    def log_prior(self, candidates: CandidateEdges) -> np.ndarray:
        """Return each pair's log odds of being adjacent; float64 [p, p], symmetric."""
        from causattn.discovery.running.weights import edge_log_prior

        return edge_log_prior(
            candidates, expected_edges=self.expected_edges, sharpness=self.sharpness
        )


@dataclass(frozen=True)
class Evidence:
    """The candidates of a run, by what is done with them.

    Parameters
    ----------
    restricting, weighing
        The candidates, in one of the two or in neither.
    words
        What is done with them: ``"restricted"``, ``"weighed"``, or nothing.
    """

    restricting: CandidateEdges | None
    weighing: CandidateEdges | None
    words: tuple[str, ...]

    @property
    def allowed(self) -> np.ndarray | None:
        """Which pairs may be adjacent, bool [p, p], symmetric; None for all."""
        return None if self.restricting is None else self.restricting.allowed


def evidence_for(
    algorithm: Algorithm, settings: RunSettings, candidates: CandidateEdges | None
) -> Evidence:
    """Return the candidates by what a run does with them.

    Raises
    ------
    CapabilityError
        Where the settings ask for a use that the engine does not have.
    """
    use = "ignore" if candidates is None else candidate_use(algorithm, settings)
    if use == "restrict":
        return Evidence(candidates, None, ("restricted",))
    if use == "weigh":
        return Evidence(None, candidates, ("weighed",))
    return Evidence(None, None, ())
