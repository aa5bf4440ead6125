"""A search for a PAG behind an algorithm's door: its tests, compiled or question by question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from causattn.base import warn
from causattn.discovery.contract import CandidateUse, Problem
from causattn.discovery.discover import COLUMN_ORDER
from causattn.discovery.fci.search import PagSearch
from causattn.discovery.pc.evaluators import evaluators_of
from causattn.discovery.pc.knowledge import Constraints, constraints
from causattn.discovery.pc.reference import PlainFunction
from causattn.discovery.pc.skeleton import EQUALS_IN_ORDER, LargestSets
from causattn.discovery.shared_settings import TestSettings
from causattn.discovery.tests.contract import IndependenceTest
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class LatentSettings(TestSettings):
    """Settings of searches for a PAG by tests.

    Parameters
    ----------
    candidates
        ``restrict`` (only candidates can be adjacent), ``ignore``, or ``auto``: restrict where the
        engine can.
    max_order
        Largest conditioning set; null for no limit, except that an order of more than 10^10 tests
        (discrete data: 10^8) is left out and named. With engine=causal-learn, the largest of its
        first search for the skeleton.
    knowledge
        ``{required: [[a, b]], forbidden: [[c, d]], tiers: [[a], [b, c]], order: [a, b]}``;
        null: a label comes after all else, unless the truth is known; ``{}``: nothing is assumed.
        What is forbidden from c to d leaves an arrowhead at c: c is no cause of d.
    """

    candidates: CandidateUse = "auto"
    max_order: int | None = None
    knowledge: dict[str, Any] | None = None


def known_of(problem: Problem, allowed: np.ndarray | None) -> Constraints:
    """Return a problem's knowledge joined with the pairs that may be adjacent, None for all.

    Raises
    ------
    ConfigError
        For contradictory knowledge.
    """
    data = problem.data
    knowledge = None if problem.knowledge is None else problem.knowledge.matrices(data.names)
    return constraints(data.size, allowed, knowledge, data.names)


def pag_by_tests(
    problem: Problem,
    test: IndependenceTest,
    settings: LatentSettings,
    known: Constraints,
    search: PagSearch,
) -> CausalGraph:
    """Run a search with a test, and return its PAG without the algorithm's name.

    Parameters
    ----------
    problem, test, settings
        The data, the test, and its level and limits.
    known
        Which pairs are tested, and known edges.
    search
        From an evaluator, `known` and how large conditioning sets may become.
    """
    data = problem.data
    limit = test.reachable(data, settings.max_order)
    statistics = test.statistics(data)
    if statistics is None:
        reach = LargestSets(limit, names=data.names)
        found = search(PlainFunction(test.on(data), data.size, settings.alpha), known, reach)
    else:
        make, kernels, counted = evaluators_of(statistics, 1, "compiled")
        reach = LargestSets(limit, kernels.most_tests, data.names)
        with counted:
            found = search(make(settings.alpha), known, reach)
    if reach.left_out:
        warn(reach.left_out)
    return CausalGraph(
        data.names,
        found.marks,
        kind="pag",
        separating_sets=found.separating_sets,
        tests=sum(found.tests),
        tests_by_order=found.tests,
        details={
            "later_tests": found.later_tests,
            **({COLUMN_ORDER: EQUALS_IN_ORDER} if found.ordered else {}),
            **({"left_out": reach.left_out} if reach.left_out else {}),
        },
    )
