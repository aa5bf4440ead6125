"""Max-min hill climbing, its skeleton by pgmpy.

Tsamardinos, Brown and Aliferis (2006), "The max-min hill-climbing Bayesian network structure
learning algorithm". pgmpy 1.1.2's own forbids one direction only of each pair outside its skeleton,
and so finds edges there; here its skeleton bounds our hill climbing in both directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from causattn.base import Bounds
from causattn.discovery.contract import ANY, DISCRETE, Algorithm, Capability, Problem
from causattn.discovery.dag_search.climb import climbed, dag_of
from causattn.discovery.libraries.calls import silenced
from causattn.discovery.shared_settings import ScoreSettings, chosen_score
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class MmhcSettings(ScoreSettings):
    """Max-min hill climbing (pgmpy): chi-square tests, then a score, a DAG; discrete data.

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
    """Max-min hill climbing (pgmpy): chi-square tests, then a score, a DAG; discrete data."""

    name = "mmhc"
    order_matters = "of equal moves the first is made"
    gives = "dag"
    settings = MmhcSettings
    capability = Capability(
        data_kinds=DISCRETE, tests=("chi_square",), scores=ANY, imports=("pgmpy.estimators",)
    )
    paper = (
        "Tsamardinos, Brown and Aliferis (2006), The max-min hill-climbing Bayesian network "
        "structure learning algorithm"
    )

    def run(self, problem: Problem, settings: MmhcSettings) -> CausalGraph:
        """Solve a prepared problem."""
        data = problem.data
        chosen = chosen_score(problem, settings, self.capability)
        forbidden = np.ones((data.size, data.size), dtype=bool)
        with silenced():
            from pgmpy.estimators import MmhcEstimator

            # Numbers for names: the order of texts in a set is another in every process.
            frame = pd.DataFrame(data.values, columns=list(range(data.size)))
            skeleton = MmhcEstimator(frame).mmpc(settings.alpha)
        for first, second in skeleton.edges():
            forbidden[first, second] = forbidden[second, first] = False
        dag = climbed(chosen.local, forbidden, settings.tabu_length)
        about = f"chi_square, alpha {settings.alpha:g}, {chosen.text}, pgmpy"
        return dag_of(data, dag, chosen.local, f"max-min hill climbing ({about})")


ALGORITHM = Mmhc()
