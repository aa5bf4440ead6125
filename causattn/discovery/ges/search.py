"""`run_ges`: greedy search over Markov equivalence classes.

The search goes from class to class by single edges. In each phase it makes the best move of one
kind until none raises the score: insertions (forward), deletions (backward), turns (turning), after
Chickering (2002) and Hauser and Buhlmann (2012). With ``repeat`` the phases are gone through again
until none finds a move.

Prohibitions that are no tiers can bar the way to the class that is looked for, though it honours
them (`causattn.discovery.ges.constraints`): from where it ended the search goes on without them,
and once more with them, and keeps what is better.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, get_args

import numpy as np

from causattn.base import ConfigError, DataError
from causattn.discovery.ges.constraints import Adaptive, Constraints, constraints
from causattn.discovery.running.compiling import GES, TooLong
from causattn.discovery.scores import LocalScore
from causattn.graphs import meek_closure, pdag_to_dag

Phase = Literal["forward", "backward", "turning"]
PHASES: tuple[Phase, ...] = ("forward", "backward", "turning")


@dataclass(frozen=True)
class Step:
    """One move: it inserts (forward), deletes (backward) or turns the edge source -> target.

    Attributes
    ----------
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
    adjacency, dag
        uint8 [p, p], from row to column: the class, 1 both ways where undirected; and a member.
    score
        The sum of local scores of any member, plus the prior of its adjacencies.
    local_scores
        How many local scores the search computed (not those answered from memory).
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


Backend = Literal["auto", "compiled", "plain", "reference"]


class _Engine(Protocol):
    score: LocalScore

    def run_phase(self, phase: Phase) -> list[Step]: ...
    def adjacency(self) -> np.ndarray: ...
    def dag(self) -> np.ndarray: ...
    def edge_support(self) -> np.ndarray: ...


def run_ges(
    score: LocalScore,
    *,
    phases: Sequence[Phase] = PHASES,
    repeat: bool = True,
    allowed: np.ndarray | None = None,
    adaptive: Adaptive = "unshielded_triples",
    edge_log_prior: np.ndarray | None = None,
    required: np.ndarray | None = None,
    forbidden: np.ndarray | None = None,
    max_parents: int | None = None,
    threads: int = 1,
    backend: Backend = "auto",
) -> GESResult:
    """Search greedily for the Markov equivalence class of highest score.

    Parameters
    ----------
    score
        A score-equivalent decomposable score, such as `GaussianBIC` or `BDeu`.
    phases
        Which phases, in this order; ``("forward", "backward")`` with ``repeat=False`` is GES as
        Chickering wrote it and causal-learn runs it.
    repeat
        Go through the phases again until none finds a move.
    allowed
        bool [p, p], symmetric: candidate pairs; None for all.
    adaptive
        When a pair outside `allowed` may come in after all: ``"none"``, ``"v_structures"`` or
        ``"unshielded_triples"``; see `causattn.discovery.ges.constraints`.
    edge_log_prior
        float [p, p], symmetric: added to the score for each adjacency.
    required, forbidden
        bool [p, p], from row to column: directed edges that must or must not be there.
    max_parents
        The largest family an insertion or turn may make; None for no bound.
    threads
        Threads for scoring; the result does not depend on it.
    backend
        ``"reference"`` scores everything at every step, ``"plain"`` remembers, ``"compiled"`` is
        numba; all make the same moves.
        ``"auto"`` begins in plain Python up to 100 variables and goes over to numba where that has
        cost as much (`causattn.discovery.running.compiling`).

    Returns
    -------
    result
        The class, a member, its score and the moves that led there.

    Raises
    ------
    DataError, ConfigError
        Where constraints contradict each other or an option is not known.

    Examples
    --------
    >>> from causattn.discovery.scores import GaussianBIC
    >>> covariance = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.5, 0.5, 1.0]])
    >>> run_ges(GaussianBIC(covariance, rows=1000)).adjacency
    array([[0, 0, 1],
           [0, 0, 1],
           [0, 0, 0]], dtype=uint8)
    """
    for phase in phases:
        if phase not in PHASES:
            raise ConfigError(f"phase {phase!r} is not known; say one of {', '.join(PHASES)}.")
    if threads < 1:
        raise ConfigError(f"threads={threads} cannot be used; give at least 1.")
    limits = constraints(
        score.size,
        allowed=allowed,
        adaptive=adaptive,
        required=required,
        forbidden=forbidden,
        edge_log_prior=edge_log_prior,
        max_parents=max_parents,
    )
    if not np.isfinite(score.total(limits.required)):
        raise DataError(
            "The required edges have no score: the rows cannot distinguish some required parents; "
            "drop one of them, or give the score a ridge."
        )
    before = score.evaluations

    def search(limits: Constraints, start: np.ndarray) -> _Found:
        return _search(_engine(backend, score, limits, start, threads), limits, phases, repeat)

    best = search(limits, limits.required.astype(np.uint8))
    if limits.barred.any():
        best = _way_round(search, limits, score, best)
    spent = score.evaluations - before
    return GESResult(
        adjacency=best.engine.adjacency(),
        dag=best.engine.dag(),
        score=best.score,
        local_scores=spent,
        steps=tuple(best.steps),
        edge_support=best.engine.edge_support(),
    )


class _Found(NamedTuple):
    """Where a search ended, its score, and the moves that led there."""

    engine: _Engine
    score: float
    steps: list[Step]


def _search(engine: _Engine, limits: Constraints, phases: Sequence[Phase], repeat: bool) -> _Found:
    """Go through the phases, again and again if so wanted."""
    steps: list[Step] = []
    while True:
        found = [step for phase in phases for step in engine.run_phase(phase)]
        steps.extend(found)
        if not (repeat and found and len(phases) > 1):
            break
    dag = engine.dag()
    prior = float(np.sum(limits.prior[dag != 0]))
    return _Found(engine, engine.score.total(dag) + prior, steps)


def _way_round(
    search: Callable[[Constraints, np.ndarray], _Found],
    limits: Constraints,
    score: LocalScore,
    best: _Found,
) -> _Found:
    """Search on from where a search ended, first without the prohibitions, then with them again.

    Returns `best` where that finds nothing better: no move, or a class without a member which
    honours the prohibitions, as the true class has if they are true.
    """
    free = search(limits.without_bars(), best.engine.dag())
    graph = free.engine.adjacency()
    forbidden = ~limits.permitted
    if not free.steps or np.any(forbidden & forbidden.T & (graph != 0)):
        return best
    graph[forbidden & (graph.T != 0)] = 0
    try:
        start = pdag_to_dag(meek_closure(graph))
    except DataError:
        return best
    reached = score.total(start) + float(np.sum(limits.prior[start != 0]))
    if np.any(start[forbidden]) or abs(reached - free.score) > score.tie_tolerance:
        return best
    found = search(limits, start)
    return found._replace(steps=best.steps + free.steps + found.steps)


def _engine(
    backend: str, score: LocalScore, limits: Constraints, start: np.ndarray, threads: int
) -> _Engine:
    """Return the engine asked for; numba is imported only where it is used."""
    if backend not in get_args(Backend):
        raise ConfigError(
            f"backend={backend!r} is not known; choose one of {', '.join(get_args(Backend))}."
        )
    if backend in ("reference", "plain"):
        from causattn.discovery.ges.reference import PlainEngine, ReferenceEngine

        return (ReferenceEngine if backend == "reference" else PlainEngine)(score, limits, start)
    if backend == "auto" and GES.plain_first(score.size):
        return _PatientEngine(score, limits, start, threads)
    return _compiled(score, limits, start, threads)


def _compiled(score: LocalScore, limits: Constraints, start: np.ndarray, threads: int) -> _Engine:
    from causattn.discovery.ges.compiled import CompiledEngine

    return CompiledEngine(score, limits, threads, start)


class _PatientEngine:
    """Plain code until it has cost as much as going over, then compiled code from where it was."""

    def __init__(
        self, score: LocalScore, limits: Constraints, start: np.ndarray, threads: int
    ) -> None:
        from causattn.discovery.ges.reference import PlainEngine

        self.score = score
        self._limits, self._threads = limits, threads
        with GES.plain():
            self._now: _Engine = PlainEngine(score, limits, start, GES.due)

    def run_phase(self, phase: Phase) -> list[Step]:
        """Make the best move of a phase until none raises the score; return the moves."""
        try:
            with GES.plain():
                return self._now.run_phase(phase)
        except TooLong:
            plain: Any = self._now
            self._now = _compiled(self.score, self._limits, plain.dag(), self._threads)
            return [*plain.made, *self._now.run_phase(phase)]

    def adjacency(self) -> np.ndarray:
        """Return the class, uint8 [p, p], from row to column."""
        return self._now.adjacency()

    def dag(self) -> np.ndarray:
        """Return a member of the class, uint8 [p, p], from row to column."""
        return self._now.dag()

    def edge_support(self) -> np.ndarray:
        """Return by how much the score falls at least without each edge; nan for no edge."""
        return self._now.edge_support()
