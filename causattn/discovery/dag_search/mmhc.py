"""Max-min hill climbing: a skeleton by tests, then hill climbing within it.

Tsamardinos, Brown and Aliferis (2006), "The max-min hill-climbing Bayesian network structure
learning algorithm"; see `causattn.discovery.dag_search.max_min`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from causattn.base import Bounds
from causattn.discovery.contract import ANY, DISCRETE, Algorithm, Capability, Problem
from causattn.discovery.dag_search.climb import climbed, dag_of
from causattn.discovery.dag_search.max_min import max_min_skeleton
from causattn.discovery.pc.evaluators import plain_evaluator
from causattn.discovery.registry import TESTS
from causattn.discovery.shared_settings import ScoreSettings, chosen_score
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class MmhcSettings(ScoreSettings):
    """Max-min hill climbing: chi-square tests, then a score, a DAG; discrete data.

    Parameters
    ----------
    alpha
        Level of the chi-square tests of the skeleton search.
    tabu_length
        How many of the last moves must not be undone.
    """

    kind: str = "mmhc"
    alpha: float = 0.01
    tabu_length: Annotated[int, Bounds(least=0)] = 100


class Mmhc(Algorithm):
    """Max-min hill climbing: chi-square tests, then a score, a DAG; discrete data."""

    name = "mmhc"
    order_matters = "of equal moves the first is made"
    gives = "dag"
    settings = MmhcSettings
    capability = Capability(data_kinds=DISCRETE, tests=("chi_square",), scores=ANY)
    paper = (
        "Tsamardinos, Brown and Aliferis (2006), The max-min hill-climbing Bayesian network "
        "structure learning algorithm"
    )

    def run(self, problem: Problem, settings: MmhcSettings) -> CausalGraph:
        """Solve a prepared problem."""
        data = problem.data
        chosen = chosen_score(problem, settings, self.capability)
        test = plain_evaluator(TESTS["chi_square"], data, settings.alpha)
        forbidden = ~max_min_skeleton(test.judged, data.size)
        dag = climbed(chosen.local, forbidden, settings.tabu_length)
        about = f"chi_square, alpha {settings.alpha:g}, {chosen.text}"
        return dag_of(data, dag, chosen.local, f"max-min hill climbing ({about})")


ALGORITHM = Mmhc()
