"""What a greedy search found, and how it got there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Phase = Literal["forward", "backward", "turning"]
PHASES: tuple[Phase, ...] = ("forward", "backward", "turning")


@dataclass(frozen=True)
class Step:
    """One move of the search.

    Attributes
    ----------
    phase
        Inserts an edge (forward), deletes one (backward) or turns one (turning).
    source, target
        The move is on the edge source -> target.
    clique
        The undirected neighbours of the target that become its parents besides (in Chickering's
        terms NA and T for an insertion, NA without H for a deletion).
    gain
        By how much it raised the score, the edge prior included.
    """

    phase: Phase
    source: int
    target: int
    clique: tuple[int, ...]
    gain: float


@dataclass(frozen=True)
class GESResult:
    """The outcome of `run_ges`.

    Attributes
    ----------
    adjacency
        uint8 [p, p], from row to column, 1 both ways where undirected: the CPDAG, or with
        knowledge the MPDAG.
    dag
        uint8 [p, p], from row to column: a member of that class.
    score
        The sum of local scores of any member, plus the prior of its adjacencies.
    local_scores
        How many local scores the search computed (not those answered from memory).
    steps
        The moves, in order.
    edge_support
        float64 [p, p], symmetric: by how much the score falls at least if the edge is deleted (the
        best Delete operator on it), nan where there is no edge.
    """

    adjacency: np.ndarray
    dag: np.ndarray
    score: float
    local_scores: int
    steps: tuple[Step, ...]
    edge_support: np.ndarray

    @property
    def steps_by_phase(self) -> dict[Phase, int]:
        """Number of moves by phase."""
        return {phase: sum(step.phase == phase for step in self.steps) for phase in PHASES}
