"""PC-stable on sufficient statistics, at the level of arrays.

Spirtes, Glymour and Scheines (2000), "Causation, Prediction, and Search", section 5.4.2, in the
order-independent form of Colombo and Maathuis (2014), "Order-independent constraint-based causal
structure learning". Levels may differ by pair, which is how weighted p-values enter (Genovese,
Roeder and Wasserman 2006, "False discovery control with p-value weighting"): a test of weight w
at level alpha compares p with alpha w.

Four sets of rules:

================ ============================================================================
causal-learn     what causal-learn 0.1.4.8 does by default (stable, uc_rule=0, uc_priority=2):
                 the union of all separating sets of an order, and its order of orientation
standard         the first separating set; colliders from it
majority         as standard; colliders by the majority of all separating sets
conservative     as standard; colliders where all separating sets agree
================ ============================================================================

A pair that is no candidate costs no test in the skeleton phase. Where such a pair ends an
unshielded triple, its separating set is looked for afterwards, among the neighbours that its ends
have in the skeleton found; without one the triple stays undecided. Taking "not tested" for
"separated by the empty set" instead would make a collider of every such triple.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from causattn.base import ConfigError
from causattn.discovery._pc import _causal_learn_rules, _orientation
from causattn.discovery._pc._discrete import CompiledDiscrete, DiscreteStatistics
from causattn.discovery._pc._edges import Neighbours
from causattn.discovery._pc._gaussian import CompiledGaussian, GaussianStatistics
from causattn.discovery._pc._groups import Evaluator
from causattn.discovery._pc._knowledge import Constraints, constraints
from causattn.discovery._pc._reference import (
    IndependenceTest,
    PlainDiscrete,
    PlainFunction,
    PlainGaussian,
)
from causattn.discovery._pc._result import PCResult, pc_result
from causattn.discovery._pc._skeleton import (
    Skeleton,
    find_skeleton,
    search_separating_sets,
)
from causattn.discovery._pc._triples import Verdict, by_vote, ends_of, unshielded_triples

Rules = Literal["causal-learn", "standard", "majority", "conservative"]
Conditioning = Literal["auto", "neighbours", "paths"]
Backend = Literal["compiled", "torch", "reference"]
Knowledge = tuple[np.ndarray, np.ndarray]

# With this many variables or fewer the plain back end is done before compiled code is loaded.
_SMALL = 12


def run_pc(
    statistics: GaussianStatistics | DiscreteStatistics,
    *,
    alpha: float | np.ndarray,
    rules: Rules = "standard",
    allowed: np.ndarray | None = None,
    knowledge: Knowledge | None = None,
    conditioning: Conditioning = "auto",
    max_order: int | None = None,
    threads: int = 1,
    backend: Backend = "compiled",
    device: str = "cpu",
) -> PCResult:
    """Run PC.

    Parameters
    ----------
    statistics
        Gaussian or discrete data, with its test.
    alpha
        Level of the tests, or float [p, p], symmetric, a level for each pair.
    rules
        How separating sets are chosen and colliders found; see the module.
    allowed
        bool [p, p], symmetric, the pairs that may be adjacent; None for all.
    knowledge
        (required, forbidden) edges, bool [p, p] each, from row to column. A required edge is in
        the graph, untested; a pair forbidden both ways is treated like one that is not allowed;
        an edge forbidden one way is directed the other way. Except with the rules of
        causal-learn, knowledge also spares the conditioning sets that cannot hold parents.
    conditioning
        What conditioning sets for x and y are drawn from: ``"neighbours"`` of x or y, or those of
        them on ``"paths"`` from x to y. ``"auto"``: paths where `allowed` restricts.
    max_order
        Largest conditioning set; None for as large as the neighbourhoods.
    threads
        Threads of the compiled back end. The result does not depend on it.
    backend
        ``"compiled"`` runs compiled code, and below 13 variables plain code with the same result;
        ``"torch"`` tests Gaussian data in batches on `device`; ``"reference"`` is plain.
    device
        Torch's name of the device for ``backend="torch"``.

    Raises
    ------
    ConfigError
        For a level outside [0, 1], unknown rules or back end, or contradictory knowledge.
    CapabilityError
        Where an order would need more rows than there are (see `max_order`), or torch is asked
        to test discrete data.
    DataError
        Where a block of the covariance turns out to be singular.
    """
    _check_choice("rules", rules, get_args(Rules))
    _check_choice("conditioning", conditioning, get_args(Conditioning))
    _check_choice("backend", backend, get_args(Backend))
    level = _checked_level(alpha, statistics.size)
    known = constraints(statistics.size, allowed, knowledge, statistics.names)
    if backend == "compiled" and statistics.size <= _SMALL:
        backend = "reference"
    evaluator = _evaluator(statistics, level, threads, backend, device)
    on_paths = _on_paths(conditioning, allowed)
    return _run(evaluator, known, rules, on_paths, max_order, statistics.names, backend)


def run_restricted_pc_with(
    ci_test: IndependenceTest,
    p: int,
    alpha: float | np.ndarray,
    allowed: np.ndarray | None = None,
    knowledge: Knowledge | None = None,
    rules: Rules = "causal-learn",
    *,
    conditioning: Conditioning = "auto",
    max_order: int | None = None,
    names: Sequence[str] = (),
) -> PCResult:
    """Run PC with any conditional independence test.

    Parameters
    ----------
    ci_test
        ``ci_test(x, y, given)`` gives the p-value for variables x < y given an ascending tuple;
        an object of causal-learn's ``CIT`` is one. It is asked each question once.
    p
        Number of variables.
    alpha, allowed, knowledge, rules, conditioning, max_order
        As for `run_pc`.
    names
        The variables' names, for messages.

    Raises
    ------
    ConfigError
        As for `run_pc`.
    CausattnError
        Where `ci_test` gives no number between 0 and 1.
    """
    _check_choice("rules", rules, get_args(Rules))
    _check_choice("conditioning", conditioning, get_args(Conditioning))
    level = _checked_level(alpha, p)
    known = constraints(p, allowed, knowledge, names)
    evaluator = PlainFunction(ci_test, p, level)
    on_paths = _on_paths(conditioning, allowed)
    return _run(evaluator, known, rules, on_paths, max_order, names, "reference")


def _run(
    evaluator: Evaluator,
    known: Constraints,
    rules: Rules,
    on_paths: bool,
    max_order: int | None,
    names: Sequence[str],
    backend: str,
) -> PCResult:
    """Run the phases: skeleton, unshielded triples, directions."""
    like_causal_learn = rules == "causal-learn"
    found = find_skeleton(
        evaluator,
        known,
        keep_all=like_causal_learn,
        narrow=not like_causal_learn,
        on_paths=on_paths,
        max_order=max_order,
    )
    triples, verdicts, tests = _judge(evaluator, known, found, rules, on_paths, max_order)
    conflicts = np.zeros_like(found.adjacency)
    if like_causal_learn:
        graph = _causal_learn_rules.orient(
            found.adjacency, triples, verdicts, known, names, compiled=backend != "reference"
        )
    else:
        graph, conflicts = _orientation.orient(found.adjacency, triples, verdicts, known, names)
    return pc_result(
        evaluator,
        found.evidence,
        graph,
        found.separating_sets,
        found.tests,
        tests,
        conflicts,
        triples[verdicts == Verdict.UNDECIDED],
        backend,
    )


def _judge(
    evaluator: Evaluator,
    known: Constraints,
    found: Skeleton,
    rules: Rules,
    on_paths: bool,
    max_order: int | None,
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Return the unshielded triples, what they are, and the tests by order that this took."""
    like_causal_learn = rules == "causal-learn"
    triples = unshielded_triples(found.adjacency)
    x, middle, z = triples.T
    sets = found.separating_sets
    searched = np.flatnonzero(sets.orders(x, z) < 0)
    tests: list[int] = []
    if not len(triples):
        return triples, np.zeros(0, dtype=np.int8), tests
    neighbours = Neighbours.of(
        found.adjacency, None if like_causal_learn else known, on_paths=on_paths
    )
    if rules == "majority" or rules == "conservative":
        verdicts, tests = by_vote(evaluator, neighbours, triples, rules, max_order)
        return triples, verdicts, tests
    if len(searched):
        pairs, between, _ = ends_of(triples[searched])
        extra, tests = search_separating_sets(
            evaluator,
            neighbours,
            pairs,
            neighbours.toward(pairs, between),
            keep_all=like_causal_learn,
            max_order=max_order,
        )
        sets.join(extra)
    verdicts = np.where(sets.holds(x, z, middle), Verdict.NO_COLLIDER, Verdict.COLLIDER)
    verdicts[sets.orders(x, z) < 0] = Verdict.UNDECIDED
    return triples, verdicts, tests


def _evaluator(
    statistics: GaussianStatistics | DiscreteStatistics,
    alpha: float | np.ndarray,
    threads: int,
    backend: Backend,
    device: str,
) -> Evaluator:
    """Return the test at its level in a back end."""
    if isinstance(statistics, GaussianStatistics):
        if backend == "reference":
            return PlainGaussian(statistics, alpha)
        if backend == "torch":
            from causattn.discovery._pc._torch import TorchGaussian

            return TorchGaussian(statistics, alpha, device)
        return CompiledGaussian(statistics, alpha, threads)
    if backend == "reference":
        return PlainDiscrete(statistics, alpha)
    if backend == "torch":
        raise ConfigError(
            "backend=torch tests Gaussian data only; take backend=compiled for discrete data."
        )
    return CompiledDiscrete(statistics, alpha, threads)


def _on_paths(conditioning: Conditioning, allowed: np.ndarray | None) -> bool:
    """Tell whether conditioning sets are drawn from paths only.

    A restriction leaves a sparse graph to begin with, in which paths say much. Over all pairs they
    say little, and what comes out would not be what causal-learn or the textbook finds.
    """
    if conditioning == "auto":
        return allowed is not None and not np.all(allowed | np.eye(len(allowed), dtype=bool))
    return conditioning == "paths"


def _check_choice(what: str, given: str, options: Sequence[str]) -> None:
    if given not in options:
        raise ConfigError(f"{what}={given!r} is not known; choose one of {', '.join(options)}.")


def _checked_level(alpha: float | np.ndarray, size: int) -> float | np.ndarray:
    """Return the level as a number or a symmetric matrix.

    Raises
    ------
    ConfigError
        Where it is neither, or lies outside [0, 1].
    """
    level = np.asarray(alpha, dtype=np.float64)
    if level.ndim and level.shape != (size, size):
        raise ConfigError(f"alpha must be one number or of shape ({size}, {size}).")
    if not ((level >= 0) & (level <= 1)).all():
        raise ConfigError("alpha must lie between 0 and 1 everywhere; scale or clip the weights.")
    if level.ndim and (level != level.T).any():
        raise ConfigError("A matrix alpha must be symmetric: a pair has one level; make it so.")
    return level if level.ndim else float(level)
