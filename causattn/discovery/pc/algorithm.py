"""PC: the PC algorithm in its stable form, by causattn's own engine or by causal-learn.

Spirtes, Glymour and Scheines (2000), "Causation, Prediction, and Search", section 5.4.2; stable
form by Colombo and Maathuis (2014), "Order-independent constraint-based causal structure learning".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from causattn.discovery.contract import (
    TESTS,
    Algorithm,
    Capability,
    Problem,
    prepared,
    resolved,
)
from causattn.discovery.data import Data, as_discovery_data
from causattn.discovery.knowledge import Knowledge
from causattn.discovery.pc.engines import (
    Conditioning,
    PcSearch,
    Rules,
    pc_by_causal_learn,
    pc_by_causattn,
    pc_by_torch,
)
from causattn.discovery.running.candidate_use import CandidateSettings, evidence_for
from causattn.discovery.shared_settings import Test, TestSettings, check_alpha
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges

Engine = Literal["causattn", "torch", "causal-learn"]


@dataclass(frozen=True, kw_only=True)
class PcSettings(TestSettings, CandidateSettings):
    """PC, stable: independence tests, a CPDAG.

    Parameters
    ----------
    engine
        ``"causattn"`` (fast, compiled), ``"torch"`` (fisher_z in batches, on a GPU where there is
        one) or ``"causal-learn"`` (the reference, with its tests).
    rules
        ``"causal-learn"`` (the same graph as causal-learn), ``"standard"`` (the textbook's),
        ``"majority"`` or ``"conservative"`` (colliders by all separating sets).
    conditioning
        What conditioning sets for a pair are drawn from: ``"neighbours"`` of either end, those of
        them on ``"paths"`` between the two, or ``"auto"`` (paths where candidates restrict).
    max_order
        Largest conditioning set; None for no limit.
    knowledge
        {required: [[a, b]], forbidden: [[c, d]], tiers: [[a], [b, c]], order: [a, b]}, or None.
    threads
        Threads of the compiled engine; the result does not depend on it.
    """

    kind: str = "pc"
    engine: Engine = "causattn"
    rules: Rules = "causal-learn"
    conditioning: Conditioning = "auto"
    max_order: int | None = None
    knowledge: dict[str, Any] | None = None
    threads: int = 1


def run_pc(problem: Problem, settings: PcSettings) -> CausalGraph:
    """Solve a prepared problem."""
    check_alpha(settings.alpha)
    data = problem.data
    test = resolved(settings.test, data, PC.capability(settings).tests, "test")
    evidence = evidence_for(PC, settings, problem.candidates)
    weighing = evidence.weighing
    knowledge = None if problem.knowledge is None else problem.knowledge.matrices(data.names)
    search = PcSearch(
        test,
        settings.alpha if weighing is None else settings.levels(weighing, settings.alpha),
        settings.rules,
        evidence.allowed,
        knowledge,
        settings.conditioning,
        settings.max_order,
        None if weighing is None else settings.alpha,
    )
    if settings.engine == "causattn":
        graph = pc_by_causattn(data, search, settings.threads)
    elif settings.engine == "torch":
        graph = pc_by_torch(data, search)
    else:
        graph = pc_by_causal_learn(data, search)
    about = [test, f"alpha {settings.alpha:g}", f"{settings.rules} rules", settings.engine]
    about += evidence.words
    return replace(graph, algorithm=f"pc ({', '.join(about)})")


_CAPABILITY = Capability(
    data_kinds=frozenset({"continuous", "discrete"}),
    tests=TESTS,
    candidates=frozenset({"restrict", "weigh"}),
    knowledge=True,
)

PC = Algorithm(
    name="pc",
    title="PC, stable",
    gives="cpdag",
    settings=PcSettings,
    engines={
        "causattn": _CAPABILITY,
        "torch": replace(
            _CAPABILITY,
            data_kinds=frozenset({"continuous"}),
            tests={"fisher_z": TESTS["fisher_z"]},
        ),
        "causal-learn": _CAPABILITY,
    },
    run=run_pc,
    source="Spirtes, Glymour and Scheines 2000; Colombo and Maathuis 2014",
)


def pc(
    data: Data,
    *,
    test: Test = "auto",
    alpha: float = 0.01,
    engine: Engine = "causattn",
    rules: Rules = "causal-learn",
    candidates: CandidateEdges | None = None,
    use_candidates: Literal["restrict", "weigh"] = "restrict",
    knowledge: Knowledge | None = None,
    conditioning: Conditioning = "auto",
    max_order: int | None = None,
    discretise: int | None = None,
    threads: int = 1,
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
        Level of each test; the mean level where candidates weigh.
    engine
        ``"causattn"``, compiled; ``"torch"``: Fisher's z in batches, on a GPU where torch has one;
        or ``"causal-learn"``: the reference, with its tests.
    rules
        ``"causal-learn"`` (the same graph as causal-learn), ``"standard"`` (the textbook's),
        ``"majority"`` or ``"conservative"`` (colliders by all separating sets).
    candidates
        Candidate edges over the table's variables, None for none.
    use_candidates
        ``"restrict"``: only candidate pairs can be adjacent; ``"weigh"``: each pair has a level of
        its own (`pair_levels`).
    knowledge
        What is known of the graph.
    conditioning
        What conditioning sets for a pair are drawn from: ``"neighbours"`` of either end, or those
        of them on ``"paths"`` between the two; ``"auto"`` takes paths where candidates restrict.
    max_order
        Largest conditioning set, None for no limit. Fisher's z stops at n - 4 in any case.
    discretise
        Cut continuous columns into this many categories of equal frequency.
    threads
        Threads of the compiled engine; the result does not depend on it.
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
    ConfigError
        For a level outside (0, 1), or contradictory knowledge.
    DataError
        For a table that cannot be used, or a singular correlation matrix.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x, z = rng.normal(size=(2, 500))
    >>> graph = pc(np.column_stack([x, x + z + rng.normal(size=500), z]), names=["x", "y", "z"])
    >>> [f"{edge.source} {edge.symbol} {edge.target}" for edge in graph.edges()]
    ['x --> y', 'z --> y']
    """
    settings = PcSettings(
        test=test,
        alpha=alpha,
        engine=engine,
        rules=rules,
        candidates=use_candidates,
        conditioning=conditioning,
        max_order=max_order,
        discretise=discretise,
        threads=threads,
    )
    problem = Problem(as_discovery_data(data, names), candidates, knowledge)
    return run_pc(prepared(problem, PC, settings), settings)
