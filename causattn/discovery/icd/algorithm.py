"""ICD behind the same door as every algorithm."""

from __future__ import annotations

from dataclasses import dataclass

from causattn.discovery.contract import TESTS, Algorithm, Capability, Problem, resolved
from causattn.discovery.icd.search import iterative_causal_discovery
from causattn.discovery.pc.discrete import DiscreteStatistics, DiscreteTest
from causattn.discovery.pc.gaussian_statistics import GaussianStatistics
from causattn.discovery.pc.reference import PlainDiscrete, PlainEvaluator, PlainGaussian
from causattn.discovery.shared_settings import TestSettings, check_alpha
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class IcdSettings(TestSettings):
    """ICD, iterative causal discovery: allows for unobserved causes and selection, a PAG.

    Parameters
    ----------
    max_order
        Largest conditioning set, None for no limit.
    """

    kind: str = "icd"
    max_order: int | None = None


def run_icd(problem: Problem, settings: IcdSettings) -> CausalGraph:
    """Solve a prepared problem."""
    check_alpha(settings.alpha)
    data = problem.data
    test = resolved(settings.test, data, ICD.capability(settings).tests, "test")
    evaluator: PlainEvaluator
    if test == "fisher_z":
        gaussian = GaussianStatistics.from_data(data.values, data.names)
        evaluator = PlainGaussian(gaussian, settings.alpha)
        # Fisher's z needs more rows than it conditions on.
        most = gaussian.rows - 4
    else:
        discrete_test: DiscreteTest = "chi_square" if test == "chi_square" else "g_square"
        discrete = DiscreteStatistics.from_data(data.values, discrete_test, data.names)
        evaluator = PlainDiscrete(discrete, settings.alpha)
        most = data.size
    limit = most if settings.max_order is None else min(most, settings.max_order)
    found = iterative_causal_discovery(
        data.size, lambda x, y, given: evaluator.judge(x, y, given).independent, limit
    )
    return CausalGraph(
        data.names,
        found.marks,
        kind="pag",
        algorithm=f"icd ({test}, alpha {settings.alpha:g})",
        separating_sets={pair: (given,) for pair, given in found.separating.items()},
        tests=sum(found.tests_by_order),
        tests_by_order=found.tests_by_order,
    )


ICD = Algorithm(
    name="icd",
    title="ICD, iterative causal discovery",
    gives="pag",
    settings=IcdSettings,
    engines={
        "": Capability(data_kinds=frozenset({"continuous", "discrete"}), tests=TESTS),
    },
    run=run_icd,
    source="Rohekar, Nisimov, Gurwicz and Novik 2021",
)
