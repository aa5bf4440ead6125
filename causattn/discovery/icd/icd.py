"""ICD behind the same door as every algorithm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.icd.search import iterative_causal_discovery
from causattn.discovery.pc.evaluators import plain_evaluator
from causattn.discovery.shared_settings import TestSettings, chosen_test
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class IcdSettings(TestSettings):
    """ICD, iterative causal discovery: allows for unobserved causes and selection, a PAG.

    Parameters
    ----------
    max_order
        Largest conditioning set, null for no limit.
    knowledge
        ``{required: [[a, b]], forbidden: [[c, d]], tiers: [[a], [b, c]], order: [a, b]}``;
        null: a label comes after all else, unless the truth is known; ``{}``: nothing is assumed.
        What is forbidden from c to d leaves an arrowhead at c: c is no cause of d.
    """

    kind: str = "icd"
    max_order: int | None = None
    knowledge: dict[str, Any] | None = None


class Icd(Algorithm):
    """ICD, iterative causal discovery: allows for unobserved causes and selection, a PAG."""

    name = "icd"
    order_matters = "of sets equally near a pair the first is tried first"
    gives = "pag"
    settings = IcdSettings
    capability = Capability(data_kinds=CONTINUOUS_OR_DISCRETE, tests=ANY, knowledge=True)
    paper = (
        "Rohekar, Nisimov, Gurwicz and Novik (2021), Iterative causal discovery in the possible "
        "presence of latent confounders and selection bias"
    )

    def run(self, problem: Problem, settings: IcdSettings) -> CausalGraph:
        """Solve a prepared problem."""
        data = problem.data
        test = chosen_test(problem, settings, self.capability)
        evaluator = plain_evaluator(test, data, settings.alpha)
        limit = test.reachable(data, settings.max_order)
        knowledge = None if problem.knowledge is None else problem.knowledge.matrices(data.names)
        found = iterative_causal_discovery(
            data.size,
            lambda x, y, given: evaluator.judge(x, y, given).independent,
            limit,
            knowledge,
            data.names,
        )
        return CausalGraph(
            data.names,
            found.marks,
            kind="pag",
            algorithm=f"icd ({test.name}, alpha {settings.alpha:g})",
            separating_sets={pair: (given,) for pair, given in found.separating.items()},
            tests=sum(found.tests_by_order),
            tests_by_order=found.tests_by_order,
        )


ALGORITHM = Icd()
