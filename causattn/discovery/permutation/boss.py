"""BOSS, best order score search: by causattn's engine or by causal-learn.

Andrews et al. (2023), "Fast scalable and accurate discovery of DAGs using the best order score
search and grow-shrink trees".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from causattn.discovery.permutation.causal_learn_orders import by_causal_learn
from causattn.discovery.permutation.order_graph import by_orders
from causattn.discovery.permutation.order_search import best_order
from causattn.discovery.scores.contract import AnyScore
from causattn.discovery.shared_settings import (
    ONLY_ITS_OWN,
    REFERENCE_SCORES,
    CandidateSettings,
    ScoreSettings,
    chosen_score,
)
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges


@dataclass(frozen=True, kw_only=True)
class BossSettings(ScoreSettings, CandidateSettings):
    """BOSS, best order score search: a score, a CPDAG.

    Parameters
    ----------
    engine
        ``causattn``, or ``causal-learn``: the reference, over all pairs, with its own scores.
    starts
        From how many random orders to search (causattn's engine); the best DAG counts.
    knowledge
        ``{required: [[a, b]], forbidden: [[c, d]], tiers: [[a], [b, c]], order: [a, b]}``
        (causattn's engine); null: a label comes after all else, unless the truth is known; ``{}``:
        nothing is assumed.
    """

    kind: str = "boss"
    engine: Literal["causattn", "causal-learn"] = "causattn"
    starts: int = 4
    knowledge: dict[str, Any] | None = None


_OURS = Capability(
    data_kinds=CONTINUOUS_OR_DISCRETE,
    scores=ANY,
    candidates=frozenset({"restrict", "weigh"}),
    knowledge=True,
    seeded=True,
)
_ENGINES = {
    "causattn": _OURS,
    "causal-learn": Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        scores=REFERENCE_SCORES,
        only=ONLY_ITS_OWN,
        seeded=True,
        imports=("causallearn.search.PermutationBased.BOSS",),
    ),
}


class Boss(Algorithm):
    """BOSS, best order score search: a score, a CPDAG."""

    name = "boss"
    order_matters = "the search begins at orders that are drawn by the columns' places"
    settings = BossSettings
    capability = _OURS
    engines = _ENGINES
    paper = (
        "Andrews et al. (2023), Fast scalable and accurate discovery of DAGs using the best order "
        "score search and grow-shrink trees"
    )

    def run(self, problem: Problem, settings: BossSettings) -> CausalGraph:
        """Solve a prepared problem."""
        chosen = chosen_score(problem, settings, self.capability_of(settings))
        about = [chosen.text, settings.engine]
        if settings.engine == "causal-learn":
            from causallearn.search.PermutationBased.BOSS import boss

            from causattn.discovery.libraries.causal_learn_graphs import check_causal_learn_priors

            check_causal_learn_priors(chosen, settings)
            graph = by_causal_learn(boss, problem, chosen, settings.penalty, {})
            return replace(graph, algorithm=f"boss ({', '.join(about)})")
        return by_orders(
            self,
            problem,
            settings,
            chosen,
            about,
            lambda question, rng: best_order(question, rng, starts=settings.starts),
        )


ALGORITHM = Boss()


def boss(
    data: Data,
    *,
    score: AnyScore = "auto",
    penalty: float = 0.5,
    equivalent_sample_size: float = 1.0,
    structure_prior: float | None = 1.0,
    ridge: float = 0.0,
    engine: Literal["causattn", "causal-learn"] = "causattn",
    starts: int = 4,
    candidates: CandidateEdges | None = None,
    use_candidates: Literal["restrict", "weigh"] = "restrict",
    knowledge: Knowledge | Mapping[str, Any] | None = None,
    discretise: int | None = None,
    seed: int = 0,
    names: Sequence[str] | None = None,
) -> CausalGraph:
    """Find a CPDAG by the best order score search.

    Parameters
    ----------
    data, score, penalty, equivalent_sample_size, structure_prior, ridge, discretise, names
        As for `ges`.
    engine
        ``"causattn"``, or ``"causal-learn"``: the reference, over all pairs, with its own scores.
    starts
        From how many random orders to search (causattn's engine); the best DAG counts.
    candidates
        Candidate edges over the table's variables, None for none.
    use_candidates
        ``"restrict"``: only candidate pairs can be adjacent; ``"weigh"``: candidates are a prior on
        edges (`edge_log_prior`).
    knowledge
        What is known of the graph, as `Knowledge` or as a configuration writes it; the graph is
        then the maximally oriented one that honours it.
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

    Examples
    --------
    A score of your own, here the Gaussian log-likelihood at five a parent:

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x, z = rng.normal(size=(2, 500))
    >>> table = np.column_stack([x, x + z + rng.normal(size=500), z])
    >>> class Mine:
    ...     def local_score(self, node, parents):
    ...         design = np.column_stack([np.ones(500), table[:, parents]])
    ...         left = np.linalg.lstsq(design, table[:, node], rcond=None)[1]
    ...         return -250 * np.log(left[0]) - 5 * len(parents)
    >>> [f"{e.source} {e.symbol} {e.target}" for e in boss(table, score=Mine()).edges()]
    ['X1 --> X2', 'X3 --> X2']
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
        engine=engine,
        starts=starts,
        discretise=discretise,
    )
