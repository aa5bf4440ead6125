"""Max-min hill climbing, by pgmpy.

Tsamardinos, Brown and Aliferis (2006), "The max-min hill-climbing Bayesian network structure
learning algorithm". pgmpy 1.1.2's own forbids one direction only of each pair outside its skeleton,
and so finds edges there; here its skeleton search and its hill climbing are joined with both
directions forbidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

from causattn.discovery.contract import ANY, DISCRETE, Algorithm, Capability, Problem
from causattn.discovery.libraries.calls import silenced
from causattn.discovery.libraries.pgmpy_search import PGMPY, climbed, dag_of, numbered_frame
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
    tabu_length: int = 100


class Mmhc(Algorithm):
    """Max-min hill climbing (pgmpy): chi-square tests, then a score, a DAG; discrete data."""

    name = "mmhc"
    order_matters = "of equal moves the first is made"
    gives = "dag"
    settings = MmhcSettings
    capability = Capability(
        data_kinds=DISCRETE, tests=("chi_square",), scores=ANY, imports=(*PGMPY, "pgmpy.estimators")
    )
    paper = (
        "Tsamardinos, Brown and Aliferis (2006), The max-min hill-climbing Bayesian network "
        "structure learning algorithm"
    )

    def run(self, problem: Problem, settings: MmhcSettings) -> CausalGraph:
        """Solve a prepared problem."""
        data = problem.data
        chosen = chosen_score(problem, settings, self.capability)
        with silenced():
            from pgmpy.estimators import MmhcEstimator

            skeleton = MmhcEstimator(numbered_frame(data)).mmpc(settings.alpha)
            forbidden = {
                (first, second)
                for first, second in permutations(range(data.size), 2)
                if not skeleton.has_edge(first, second)
            }
            edges = climbed(data, chosen.local, forbidden, settings.tabu_length, None)
        about = f"chi_square, alpha {settings.alpha:g}, {chosen.text}, pgmpy"
        return dag_of(data, edges, chosen.local, f"max-min hill climbing ({about})")


ALGORITHM = Mmhc()
