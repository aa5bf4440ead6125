"""GES: greedy equivalence search, by causal-learn or by causattn's own engine.

Chickering (2002), "Optimal structure identification with greedy search".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from causattn.base import ConfigError
from causattn.candidates import CandidateEdges
from causattn.discovery._algorithm import (
    REFERENCE_SCORES,
    Algorithm,
    CandidateUse,
    Capability,
    Problem,
    RunSettings,
    prepared,
    resolved,
)
from causattn.discovery._data import Data, as_discovery_data
from causattn.discovery._ges_reference import ges_by_causal_learn
from causattn.graphs import CausalGraph

Score = Literal["auto", "bic", "bdeu"]


@dataclass(frozen=True, kw_only=True)
class GesSettings(RunSettings):
    """Settings of GES.

    Parameters
    ----------
    score
        ``"bic"``, ``"bdeu"``, or ``"auto"``: BIC for continuous, BDeu for discrete data.
    penalty
        Price of a parameter in units of log n, for the BIC; 0.5 is Schwarz's criterion.
    engine
        Who runs it.
    candidates
        ``"restrict"``: only candidate pairs can be adjacent; ``"ignore"``; ``"auto"`` restricts
        where the engine can.
    max_parents
        Most parents a variable can have in the forward phase, None for no limit.
    """

    kind: str = "ges"
    score: Score = "auto"
    penalty: float = 0.5
    engine: Literal["causal-learn"] = "causal-learn"
    candidates: CandidateUse = "auto"
    max_parents: int | None = None


def run_ges(problem: Problem, settings: GesSettings) -> CausalGraph:
    """Solve a prepared problem."""
    check_penalty(settings.penalty)
    score = resolved(settings.score, problem.data, GES.capability(settings).scores, "score")
    graph = ges_by_causal_learn(problem.data, score, settings.penalty, settings.max_parents)
    return replace(
        graph, algorithm=f"ges ({score_text(score, settings.penalty)}, {settings.engine})"
    )


GES = Algorithm(
    name="ges",
    title="Greedy equivalence search",
    gives="cpdag",
    settings=GesSettings,
    engines={
        "causal-learn": Capability(
            data_kinds=frozenset({"continuous", "discrete"}), scores=REFERENCE_SCORES
        )
    },
    run=run_ges,
    source="Chickering 2002",
)


def ges(
    data: Data,
    *,
    score: Score = "auto",
    penalty: float = 0.5,
    engine: Literal["causal-learn"] = "causal-learn",
    candidates: CandidateEdges | None = None,
    max_parents: int | None = None,
    discretise: int | None = None,
    names: Sequence[str] | None = None,
) -> CausalGraph:
    """Find a CPDAG by greedy equivalence search.

    Parameters
    ----------
    data
        An array [n, p] (integers are discrete, floating-point numbers continuous), a data frame,
        or a feature table.
    score
        ``"bic"``, ``"bdeu"``, or ``"auto"``: BIC for continuous, BDeu for discrete data.
    penalty
        Price of a parameter in units of log n, for the BIC; 0.5 is Schwarz's criterion.
    engine
        ``"causal-learn"``, which searches all pairs and takes no candidates.
    candidates
        Only these pairs can be adjacent; None for all.
    max_parents
        Most parents a variable can have in the forward phase, None for no limit.
    discretise
        Cut continuous columns into this many categories of equal frequency.
    names
        Names of an array's columns.

    Returns
    -------
    graph
        A CPDAG with its score, higher is better.

    Raises
    ------
    CapabilityError
        Where the score is not for this kind of data, or the engine takes no candidates.
    DataError
        For a table that cannot be used (see `as_discovery_data`).
    """
    settings = GesSettings(
        score=score,
        penalty=penalty,
        engine=engine,
        candidates="auto" if candidates is None else "restrict",
        max_parents=max_parents,
        discretise=discretise,
    )
    problem = Problem(as_discovery_data(data, names), candidates)
    return run_ges(prepared(problem, GES, settings), settings)


def check_penalty(penalty: float) -> None:
    """Raise where a penalty is none."""
    if not penalty > 0:
        raise ConfigError(f"penalty={penalty} must be above 0; 0.5 is the BIC.")


def score_text(score: str, penalty: float) -> str:
    """Return a score and what it costs in words."""
    if score == "bic":
        return f"bic, penalty {penalty:g} log n"
    return f"{score}, equivalent sample size 1"
