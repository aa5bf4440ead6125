"""ILS: iterated local search over orders of the variables.

Wienöbst, Henckel and Weichwald (2025), "Embracing discrete search: a reasonable approach to causal
structure learning", arXiv 2510.04970: a climb through orders that swaps neighbours and keeps their
parents warm, shaken and repeated from the best order so far. Where the score is not Gaussian the
climb is that of BOSS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.data import Data
from causattn.discovery.discover import called
from causattn.discovery.knowledge import Knowledge
from causattn.discovery.permutation.order_graph import by_orders
from causattn.discovery.permutation.order_search import iterated_order
from causattn.discovery.scores.contract import AnyScore
from causattn.discovery.shared_settings import (
    CandidateSettings,
    ScoreSettings,
    chosen_score,
)
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges


@dataclass(frozen=True, kw_only=True)
class IlsSettings(ScoreSettings, CandidateSettings):
    """ILS, iterated local search over orders: a score, a CPDAG.

    Parameters
    ----------
    restarts
        How often the best order is shaken and climbed from again; 0 for one climb.
    knowledge
        ``{required: [[a, b]], forbidden: [[c, d]], tiers: [[a], [b, c]], order: [a, b]}``;
        null: a label comes after all else, unless the truth is known; ``{}``: nothing is assumed.
    """

    kind: str = "ils"
    restarts: int = 20
    knowledge: dict[str, Any] | None = None


class Ils(Algorithm):
    """ILS, iterated local search over orders: a score, a CPDAG."""

    name = "ils"
    order_matters = "the search begins at orders that are drawn by the columns' places"
    settings = IlsSettings
    capability = Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        scores=ANY,
        candidates=frozenset({"restrict", "weigh"}),
        knowledge=True,
        seeded=True,
    )
    paper = (
        "Wienöbst, Henckel and Weichwald (2025), Embracing discrete search: a reasonable approach "
        "to causal structure learning, arXiv 2510.04970"
    )

    def run(self, problem: Problem, settings: IlsSettings) -> CausalGraph:
        """Solve a prepared problem."""
        chosen = chosen_score(problem, settings, self.capability)
        return by_orders(
            self,
            problem,
            settings,
            chosen,
            [chosen.text, f"{settings.restarts} restarts"],
            lambda question, rng: iterated_order(question, rng, restarts=settings.restarts),
        )


ALGORITHM = Ils()


def ils(
    data: Data,
    *,
    score: AnyScore = "auto",
    penalty: float = 0.5,
    equivalent_sample_size: float = 1.0,
    structure_prior: float | None = 1.0,
    ridge: float = 0.0,
    restarts: int = 20,
    candidates: CandidateEdges | None = None,
    use_candidates: Literal["restrict", "weigh"] = "restrict",
    knowledge: Knowledge | Mapping[str, Any] | None = None,
    discretise: int | None = None,
    seed: int = 0,
    names: Sequence[str] | None = None,
) -> CausalGraph:
    """Find a CPDAG by iterated local search over orders.

    Parameters
    ----------
    data, score, penalty, equivalent_sample_size, structure_prior, ridge, discretise, names
        As for `ges`.
    restarts
        How often the best order is shaken and climbed from again; 0 for one climb.
    candidates, use_candidates, knowledge
        As for `boss`.
    seed
        Of the random orders.

    Returns
    -------
    CausalGraph
        A CPDAG with its score, higher is better; ``tests`` counts local scores.

    Raises
    ------
    CapabilityError, ConfigError, DataError
        As for `ges`.
    """
    return called(
        ALGORITHM,
        data,
        names,
        candidates,
        use_candidates,
        knowledge,
        seed,
        score=score,
        penalty=penalty,
        equivalent_sample_size=equivalent_sample_size,
        structure_prior=structure_prior,
        ridge=ridge,
        restarts=restarts,
        discretise=discretise,
    )
