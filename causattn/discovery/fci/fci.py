"""FCI, fast causal inference, by causattn's own engine or by causal-learn.

Spirtes, Meek and Richardson (1999); Zhang (2008), "On the completeness of orientation rules for
causal discovery in the presence of latent confounders and selection bias".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causattn.base import warn
from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    CandidateUse,
    Capability,
    Problem,
)
from causattn.discovery.running.preparing import evidence_for
from causattn.discovery.shared_settings import TestSettings, chosen_test
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.discovery.tests.contract import IndependenceTest


@dataclass(frozen=True, kw_only=True)
class FciSettings(TestSettings):
    """FCI, fast causal inference: allows for unobserved causes and selection, a PAG.

    Parameters
    ----------
    engine
        ``causattn``, compiled; or ``causal-learn``: another implementation, to compare with.
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

    kind: str = "fci"
    engine: Literal["causattn", "causal-learn"] = "causattn"
    candidates: CandidateUse = "auto"
    max_order: int | None = None
    knowledge: dict[str, Any] | None = None


_OURS = Capability(
    data_kinds=CONTINUOUS_OR_DISCRETE,
    tests=ANY,
    candidates=frozenset({"restrict"}),
    knowledge=True,
)
_THEIRS = Capability(
    data_kinds=CONTINUOUS_OR_DISCRETE,
    tests=ANY,
    imports=("causallearn.search.ConstraintBased.FCI", "causallearn.utils.cit"),
)


class Fci(Algorithm):
    """FCI, fast causal inference: allows for unobserved causes and selection, a PAG."""

    name = "fci"
    gives = "pag"
    settings = FciSettings
    capability = _OURS
    engines = MappingProxyType({"causattn": _OURS, "causal-learn": _THEIRS})
    paper = (
        "Spirtes, Meek and Richardson (1999); Zhang (2008), On the completeness of orientation "
        "rules for causal discovery in the presence of latent confounders and selection bias"
    )

    def run(self, problem: Problem, settings: FciSettings) -> CausalGraph:
        """Solve a prepared problem."""
        about = [f"alpha {settings.alpha:g}", settings.engine]
        test = chosen_test(problem, settings, self.capability_of(settings))
        if settings.engine == "causal-learn":
            from causattn.discovery.fci.by_causal_learn import fci_by_causal_learn

            graph = fci_by_causal_learn(problem.data, test, settings.alpha, settings.max_order)
        else:
            evidence = evidence_for(self, settings, problem.candidates)
            about += evidence.words
            graph = _by_causattn(problem, test, settings, evidence.allowed)
        return replace(graph, algorithm=f"fci ({', '.join([test.name, *about])})")


def _by_causattn(
    problem: Problem, test: IndependenceTest, settings: FciSettings, allowed: np.ndarray | None
) -> CausalGraph:
    """Run causattn's FCI: compiled, or question by question where the test is asked so."""
    from causattn.discovery.fci.search import run_fci, run_fci_with
    from causattn.discovery.pc.evaluators import evaluators_of
    from causattn.discovery.pc.knowledge import constraints
    from causattn.discovery.pc.skeleton import LargestSets

    data = problem.data
    knowledge = None if problem.knowledge is None else problem.knowledge.matrices(data.names)
    limit = test.reachable(data, settings.max_order)
    statistics, left_out = test.statistics(data), ""
    if statistics is None:
        found = run_fci_with(
            *(test.on(data), data.size, settings.alpha, allowed, knowledge),
            max_order=limit,
            names=data.names,
        )
    else:
        make, kernels, counted = evaluators_of(statistics, 1, "compiled", "cpu")
        known = constraints(data.size, allowed, knowledge, data.names)
        reach = LargestSets(limit, kernels.most_tests, data.names)
        with counted:
            found = run_fci(make(settings.alpha), known, reach)
        left_out = reach.left_out
    if left_out:
        warn(left_out)
    return CausalGraph(
        data.names,
        found.marks,
        kind="pag",
        separating_sets=found.separating_sets,
        tests=sum(found.tests),
        tests_by_order=found.tests,
        details={
            "later_tests": found.later_tests,
            **({"left_out": left_out} if left_out else {}),
        },
    )


ALGORITHM = Fci()
