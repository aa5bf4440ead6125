"""GRaSP, greedy relaxation of the sparsest permutation, by causal-learn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from causattn.base import Bounds
from causattn.discovery.contract import (
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.permutation.causal_learn_orders import by_causal_learn
from causattn.discovery.shared_settings import (
    ONLY_ITS_OWN,
    REFERENCE_SCORES,
    ScoreSettings,
    chosen_score,
)
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class GraspSettings(ScoreSettings):
    """GRaSP, greedy relaxation of the sparsest permutation: a score, a CPDAG.

    Parameters
    ----------
    depth
        Depth of the search for covered turns.
    """

    kind: str = "grasp"
    depth: Annotated[int, Bounds(least=1)] = 3


class Grasp(Algorithm):
    """GRaSP, greedy relaxation of the sparsest permutation: a score, a CPDAG."""

    name = "grasp"
    order_matters = (
        "the search begins at an order of the columns and takes the first of equal turns"
    )
    settings = GraspSettings
    capability = Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        scores=REFERENCE_SCORES,
        only=ONLY_ITS_OWN,
        seeded=True,
        imports=("causallearn.search.PermutationBased.GRaSP",),
    )
    paper = (
        "Lam, Andrews and Ramsey (2022), Greedy relaxations of the sparsest permutation algorithm"
    )

    def run(self, problem: Problem, settings: GraspSettings) -> CausalGraph:
        """Solve a prepared problem."""
        from causallearn.search.PermutationBased.GRaSP import grasp

        from causattn.discovery.libraries.causal_learn_graphs import check_causal_learn_priors

        chosen = chosen_score(problem, settings, self.capability)
        check_causal_learn_priors(chosen, settings)
        graph = by_causal_learn(grasp, problem, chosen, settings.penalty, {"depth": settings.depth})
        about = f"{chosen.text}, depth {settings.depth}, causal-learn"
        return replace(graph, algorithm=f"grasp ({about})")


ALGORITHM = Grasp()
