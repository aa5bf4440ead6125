"""PC: the PC algorithm in its stable form, by causal-learn or by causattn's own engine.

Spirtes, Glymour and Scheines (2000), "Causation, Prediction, and Search", section 5.4.2; stable
form by Colombo and Maathuis (2014), "Order-independent constraint-based causal structure learning".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from causattn.base import ConfigError
from causattn.candidates import CandidateEdges
from causattn.discovery._algorithm import (
    TESTS,
    Algorithm,
    CandidateUse,
    Capability,
    Problem,
    RunSettings,
    prepared,
    resolved,
)
from causattn.discovery._data import Data, as_discovery_data
from causattn.discovery._pc_reference import pc_by_causal_learn
from causattn.graphs import CausalGraph

Test = Literal["auto", "fisher_z", "chi_square", "g_square"]


@dataclass(frozen=True, kw_only=True)
class PcSettings(RunSettings):
    """Settings of PC.

    Parameters
    ----------
    test
        ``"fisher_z"``, ``"chi_square"``, ``"g_square"``, or ``"auto"``: Fisher z for continuous,
        G-square for discrete data.
    alpha
        Level of each test.
    engine
        Who runs it.
    candidates
        ``"restrict"``: only candidate pairs can be adjacent; ``"ignore"``; ``"auto"`` restricts
        where the engine can.
    max_order
        Largest conditioning set, None for no limit.
    """

    kind: str = "pc"
    test: Test = "auto"
    alpha: float = 0.01
    engine: Literal["causal-learn"] = "causal-learn"
    candidates: CandidateUse = "auto"
    max_order: int | None = None


def run_pc(problem: Problem, settings: PcSettings) -> CausalGraph:
    """Solve a prepared problem."""
    check_alpha(settings.alpha)
    data = problem.data
    test = resolved(settings.test, data, PC.capability(settings).tests, "test")
    allowed = None if problem.candidates is None else problem.candidates.allowed
    graph = pc_by_causal_learn(data, test, settings.alpha, settings.max_order, allowed)
    restricted = "" if problem.candidates is None else f", restricted to {allowed_text(problem)}"
    return replace(
        graph,
        algorithm=f"pc ({test}, alpha {settings.alpha:g}, {settings.engine}{restricted})",
    )


PC = Algorithm(
    name="pc",
    title="PC, stable",
    gives="cpdag",
    settings=PcSettings,
    engines={
        "causal-learn": Capability(
            data_kinds=frozenset({"continuous", "discrete"}),
            tests=TESTS,
            candidates=frozenset({"restrict"}),
        )
    },
    run=run_pc,
    source="Spirtes, Glymour and Scheines 2000; Colombo and Maathuis 2014",
)


def pc(
    data: Data,
    *,
    test: Test = "auto",
    alpha: float = 0.01,
    engine: Literal["causal-learn"] = "causal-learn",
    candidates: CandidateEdges | None = None,
    max_order: int | None = None,
    discretise: int | None = None,
    names: Sequence[str] | None = None,
) -> CausalGraph:
    """Find a CPDAG by the stable PC algorithm.

    Parameters
    ----------
    data
        An array [n, p] (integers are discrete, floating-point numbers continuous), a data frame,
        or a feature table.
    test
        ``"fisher_z"``, ``"chi_square"``, ``"g_square"``, or ``"auto"``: Fisher z for continuous,
        G-square for discrete data.
    alpha
        Level of each test.
    engine
        ``"causal-learn"``.
    candidates
        Only these pairs can be adjacent; None for all.
    max_order
        Largest conditioning set, None for no limit.
    discretise
        Cut continuous columns into this many categories of equal frequency.
    names
        Names of an array's columns.

    Returns
    -------
    graph
        A CPDAG with its separating sets and the number of tests. On finite samples PC's answers
        can contradict each other, and then the graph is no valid CPDAG.

    Raises
    ------
    CapabilityError
        Where the test is not for this kind of data.
    DataError
        For a table that cannot be used (see `as_discovery_data`) or a singular correlation matrix.
    """
    settings = PcSettings(
        test=test, alpha=alpha, engine=engine, max_order=max_order, discretise=discretise
    )
    problem = Problem(as_discovery_data(data, names), candidates)
    return run_pc(prepared(problem, PC, settings), settings)


def check_alpha(alpha: float) -> None:
    """Raise where a level is none."""
    if not 0 < alpha < 1:
        raise ConfigError(f"alpha={alpha} is no level of a test; choose one between 0 and 1.")


def allowed_text(problem: Problem) -> str:
    """Return in words how many pairs the candidates leave."""
    pairs = 0 if problem.candidates is None else problem.candidates.pair_count
    return f"{pairs} of {problem.data.size * (problem.data.size - 1) // 2} pairs"
