"""Extremely greedy equivalence search: GES's moves in another order, and each edge put in question.

Nazaret and Blei (2024), "Extremely greedy equivalence search", UAI, arXiv 2502.19551. Insertions
lead astray and deletions lead back, so a deletion that raises the score is made at once, then a
turn, and only where there is neither the best insertion (XGES-0, their section 3.1). From where
that ends, one edge after another is deleted though the score falls and kept out while the search
goes on; where it ends higher, that is kept (section 3.2).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

import numpy as np

from causattn.base import DataError
from causattn.discovery.ges.constraints import Constraints
from causattn.discovery.ges.reference import Move, PlainEngine
from causattn.discovery.ges.search import GESResult, Phase, Step
from causattn.discovery.scores import LocalScore

_ORDER: tuple[Phase, ...] = ("backward", "turning", "forward")


class ExtremeEngine(PlainEngine):
    """The search, from the required edges or from a DAG."""

    _kept_out: tuple[int, int] | None = None

    def run(self) -> list[Step]:
        """Search on until no move raises the score and no edge is better left out."""
        steps = self.climb()
        improved = True
        while improved:
            improved = False
            for gain, move in sorted(self._every_deletion(), key=lambda pair: -pair[0]):
                trial = self._without(gain, move)
                if trial is None:
                    continue
                found = trial.climb()
                if sum(step.gain for step in trial.made + found) > self.score.tie_tolerance:
                    self._member, self.graph = trial._member, trial.graph
                    self._known = trial._known
                    steps += trial.made + found + self.climb()
                    improved = True
        return steps

    def climb(self) -> list[Step]:
        """Make moves, deletions before turns before insertions, until none raises the score."""
        steps = []
        while (step := next(filter(None, map(self.step, _ORDER)), None)) is not None:
            steps.append(step)
        return steps

    def _every_deletion(self) -> Iterator[tuple[float, Move]]:
        for move in self.deletions():
            yield self._gain("backward", move), move

    def _without(self, gain: float, move: Move) -> ExtremeEngine | None:
        """Return the search with an edge deleted and kept out; None where that is no move now."""
        if move not in set(self.deletions((move.y,))):
            return None
        dag = self._make("backward", move)
        if dag is None:
            return None
        trial = copy.copy(self)
        trial._known = dict(self._known)
        trial._kept_out = (move.x, move.y)
        trial.made = [trial._made("backward", gain, move, dag)]
        return trial

    def _open(self, y: int) -> int:
        """Return the variables that may be inserted as parents of y."""
        open_ = super()._open(y)
        if self._kept_out is not None and self._kept_out[1] == y:
            open_ &= ~(1 << self._kept_out[0])
        return open_


def run_xges(score: LocalScore, limits: Constraints, *, extended: bool = True) -> GESResult:
    """Search for the Markov equivalence class of highest score.

    Parameters
    ----------
    score
        A score-equivalent decomposable score.
    limits
        What the search may do; its prohibitions are kept to on the way, too.
    extended
        Put each edge in question at the end.

    Raises
    ------
    DataError
        Where the required edges have no score.
    """
    if not np.isfinite(score.total(limits.required)):
        raise DataError(
            "The required edges have no score: the rows cannot distinguish some required parents; "
            "drop one of them, or give the score a ridge."
        )
    before = score.evaluations
    engine = ExtremeEngine(score, limits)
    steps = engine.run() if extended else engine.climb()
    dag = engine.dag()
    return GESResult(
        adjacency=engine.adjacency(),
        dag=dag,
        score=score.total(dag) + float(np.sum(limits.prior[dag != 0])),
        local_scores=score.evaluations - before,
        steps=tuple(steps),
        edge_support=engine.edge_support(),
    )
