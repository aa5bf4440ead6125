"""PC-stable on sufficient statistics, at the level of arrays.

Spirtes, Glymour and Scheines (2000), "Causation, Prediction, and Search", section 5.4.2, in the
order-independent form of Colombo and Maathuis (2014), "Order-independent constraint-based causal
structure learning". Levels may differ by pair, which is how weighted p-values enter (Genovese,
Roeder and Wasserman 2006, "False discovery control with p-value weighting"): a test of weight w
at level alpha compares p with alpha w.

Five sets of rules:

================ ============================================================================
causal-learn     what causal-learn 0.1.4.8 does by default (stable, uc_rule=0, uc_priority=2):
                 the union of all separating sets of an order, and its order of orientation
standard         the first separating set; colliders from it
majority         as standard; colliders by the majority of all separating sets
conservative     as standard; colliders where all separating sets agree
ranked           as majority; where two colliders direct an edge both ways, the one whose ends were
                 separated with the larger p-value (Ramsey 2016, "Improving accuracy and
                 scalability of the PC algorithm by maximizing P-value", section 5)
================ ============================================================================

The skeleton does not depend on the columns' order, nor do the directions of the majority and the
conservative rules. causal-learn's may, where directions contradict each other; those of the
standard and the ranked rules only where marginal tests are equally strong, as p-values of 0 are, so
that the columns' order says which set is tested first. `PCResult.ordered` says whether either was
met.

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
from causattn.discovery.pc import causal_learn_rules
from causattn.discovery.pc.discrete import DiscreteStatistics
from causattn.discovery.pc.evaluators import (
    Backend,
    Tests,
    checked_level,
    evaluators_of,
)
from causattn.discovery.pc.gaussian_statistics import GaussianStatistics
from causattn.discovery.pc.knowledge import Constraints, constraints
from causattn.discovery.pc.orientation import close, collide, orient
from causattn.discovery.pc.reference import PlainFunction
from causattn.discovery.pc.result import PCResult, pc_result
from causattn.discovery.pc.skeleton import LargestSets, find_skeleton
from causattn.discovery.pc.triples import Verdict
from causattn.discovery.pc.verdicts import Plan, Rules, judge
from causattn.discovery.running.compiling import compiled_at
from causattn.discovery.tests.contract import BatchTest, PValue

Conditioning = Literal["auto", "neighbours", "paths"]
Knowledge = tuple[np.ndarray, np.ndarray]


def run_pc(
    statistics: GaussianStatistics | DiscreteStatistics,
    *,
    alpha: float | np.ndarray,
    rules: Rules = "standard",
    allowed: np.ndarray | None = None,
    knowledge: Knowledge | None = None,
    conditioning: Conditioning = "auto",
    max_order: int | None = None,
    orientation_alpha: float | None = None,
    threads: int = 1,
    backend: Backend = "compiled",
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
        Largest conditioning set; None for as large as the neighbourhoods, unless that is out of
        reach (see ``left_out`` of the result).
    orientation_alpha
        Level of the tests that directions go by where `alpha` differs by pair (see `Tests`); None
        for each pair's own.
    threads
        Threads of the compiled back end. The result does not depend on it.
    backend
        ``"compiled"`` runs compiled code, and up to 300 variables plain code with the same result
        until that has cost as much as loading the other (`causattn.discovery.running.compiling`);
        ``"reference"`` is plain.

    Raises
    ------
    ConfigError
        For a level outside [0, 1], unknown rules or back end, or contradictory knowledge.
    CapabilityError
        Where an order would need more rows than there are (see `max_order`).
    DataError
        Where a block of the covariance turns out to be singular.
    """
    _check_choice("rules", rules, get_args(Rules))
    _check_choice("conditioning", conditioning, get_args(Conditioning))
    _check_choice("backend", backend, get_args(Backend))
    level = checked_level(alpha, statistics.size)
    known = constraints(statistics.size, allowed, knowledge, statistics.names)
    on_paths = _on_paths(conditioning, allowed)
    make, kernels, counted = evaluators_of(statistics, threads, backend)
    tests = Tests.at(level, orientation_alpha, statistics.size, make)
    most = kernels.most_tests if backend == "compiled" else np.inf
    plan = Plan(rules, on_paths, LargestSets(max_order, most, statistics.names))
    with counted:
        return _run(tests, known, plan, statistics.names, backend)


def run_restricted_pc_with(
    ci_test: PValue | BatchTest,
    p: int,
    alpha: float | np.ndarray,
    allowed: np.ndarray | None = None,
    knowledge: Knowledge | None = None,
    rules: Rules = "causal-learn",
    *,
    conditioning: Conditioning = "auto",
    max_order: int | None = None,
    orientation_alpha: float | None = None,
    names: Sequence[str] = (),
) -> PCResult:
    """Run PC with any conditional independence test.

    Parameters
    ----------
    ci_test
        ``ci_test(x, y, given)`` gives the p-value for variables x < y given an ascending tuple;
        an object of causal-learn's ``CIT`` is one, a `BatchTest` another. It is asked each question
        once.
    p
        Number of variables.
    alpha, allowed, knowledge, rules, conditioning, max_order, orientation_alpha
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
    level = checked_level(alpha, p)
    known = constraints(p, allowed, knowledge, names)
    tests = Tests.at(level, orientation_alpha, p, lambda at: PlainFunction(ci_test, p, at))
    plan = Plan(rules, _on_paths(conditioning, allowed), LargestSets(max_order, names=names))
    return _run(tests, known, plan, names, "reference")


def _run(
    tests: Tests, known: Constraints, plan: Plan, names: Sequence[str], backend: str
) -> PCResult:
    """Run the phases: skeleton, unshielded triples, directions."""
    found = find_skeleton(
        tests.skeleton,
        known,
        keep_all=plan.like_causal_learn,
        narrow=not plan.like_causal_learn,
        on_paths=plan.on_paths,
        reach=plan.reach,
    )
    triples, verdicts, counts = judge(tests, known, found, plan)
    judged = found.adjacency, triples, verdicts, known, names
    if plan.like_causal_learn:
        collided, conflicts = collide(*judged)
        graph = causal_learn_rules.orient(*judged, compiled=compiled_at(known.size))
        ordered = conflicts.any() or (graph != close(collided, triples, verdicts, conflicts)).any()
    else:
        rank = found.evidence.p_values(tests.skeleton) if plan.rules == "ranked" else None
        graph, conflicts = orient(*judged, rank)
        ordered = found.tied and plan.rules in ("standard", "ranked")
    return pc_result(
        tests.skeleton,
        found,
        graph,
        counts,
        conflicts,
        triples[verdicts == Verdict.UNDECIDED],
        bool(ordered),
        getattr(tests.skeleton, "backend", backend),
        plan.reach.left_out,
    )


def _on_paths(conditioning: Conditioning, allowed: np.ndarray | None) -> bool:
    """Return whether conditioning sets are drawn from paths only.

    A restriction leaves a sparse graph to begin with, in which paths say much. Over all pairs they
    say little, and what comes out would not be what causal-learn or the textbook finds.
    """
    if conditioning == "auto":
        return allowed is not None and not np.all(allowed | np.eye(len(allowed), dtype=bool))
    return conditioning == "paths"


def _check_choice(what: str, given: str, options: Sequence[str]) -> None:
    if given not in options:
        raise ConfigError(f"{what}={given!r} is not known; choose one of {', '.join(options)}.")
