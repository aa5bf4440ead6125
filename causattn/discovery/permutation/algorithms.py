"""Searches over orders: BOSS, by causattn's engine or causal-learn, and causal-learn's GRaSP.

Andrews et al. (2023), "Fast scalable and accurate discovery of DAGs using the best order score
search and grow-shrink trees"; Lam, Andrews and Ramsey (2022), "Greedy relaxations of the sparsest
permutation algorithm".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from causattn.base import ConfigError, generator, integer_seed
from causattn.discovery.contract import (
    REFERENCE_SCORES,
    SCORES,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.libraries.calls import seeded, silenced
from causattn.discovery.libraries.causal_learn_graphs import errors_as_sentences, from_causal_learn
from causattn.discovery.permutation.order_search import best_order
from causattn.discovery.running.candidate_use import CandidateSettings, evidence_for
from causattn.discovery.shared_settings import (
    ChosenScore,
    ScoreSettings,
    check_causal_learn_priors,
    chosen_score,
)
from causattn.graphs import CausalGraph, dag_to_cpdag, pdag_to_dag

_KINDS = frozenset({"continuous", "discrete"})


@dataclass(frozen=True, kw_only=True)
class BossSettings(ScoreSettings, CandidateSettings):
    """BOSS, best order score search: a score, a CPDAG.

    Parameters
    ----------
    engine
        ``"causattn"``, or ``"causal-learn"`` (the reference, over all pairs).
    starts
        From how many random orders to search (causattn's engine); the best DAG counts.
    """

    kind: str = "boss"
    engine: Literal["causattn", "causal-learn"] = "causattn"
    starts: int = 4


@dataclass(frozen=True, kw_only=True)
class GraspSettings(ScoreSettings):
    """GRaSP, greedy relaxation of the sparsest permutation: a score, a CPDAG.

    Parameters
    ----------
    depth
        Depth of the search for covered turns.
    """

    kind: str = "grasp"
    depth: int = 3


def run_boss(problem: Problem, settings: BossSettings) -> CausalGraph:
    """Solve a prepared problem."""
    if settings.starts < 1:
        raise ConfigError(f"starts={settings.starts} searches nowhere; choose 1 or more.")
    data = problem.data
    chosen = chosen_score(data, settings, BOSS.capability(settings).scores)
    about = [chosen.text, settings.engine]
    if settings.engine == "causal-learn":
        from causallearn.search.PermutationBased.BOSS import boss

        check_causal_learn_priors(chosen, settings)
        graph = _by_causal_learn(boss, problem, chosen, settings.penalty, {})
        return replace(graph, algorithm=f"boss ({', '.join(about)})")
    evidence = evidence_for(BOSS, settings, problem.candidates)
    about += evidence.words
    prior = None if evidence.weighing is None else settings.log_prior(evidence.weighing)
    dag = best_order(
        chosen.local,
        generator(problem.seed, "discovery", "boss"),
        starts=settings.starts,
        possible=evidence.allowed,
        edge_log_prior=prior,
    )
    total = chosen.local.total(dag) + (0.0 if prior is None else float(prior[dag != 0].sum()))
    return CausalGraph.from_adjacency(
        dag_to_cpdag(dag),
        data.names,
        direction="from row to column",
        kind="cpdag",
        algorithm=f"boss ({', '.join(about)})",
        score=total,
        tests=chosen.local.evaluations,
    )


def run_grasp(problem: Problem, settings: GraspSettings) -> CausalGraph:
    """Solve a prepared problem."""
    from causallearn.search.PermutationBased.GRaSP import grasp

    chosen = chosen_score(problem.data, settings, GRASP.capability(settings).scores)
    check_causal_learn_priors(chosen, settings)
    graph = _by_causal_learn(grasp, problem, chosen, settings.penalty, {"depth": settings.depth})
    return replace(graph, algorithm=f"grasp ({chosen.text}, depth {settings.depth}, causal-learn)")


def _by_causal_learn(
    search: Callable[..., Any],
    problem: Problem,
    chosen: ChosenScore,
    penalty: float,
    more: dict[str, Any],
) -> CausalGraph:
    """Run one of causal-learn's searches over orders, seeded and silent."""
    data = problem.data
    bic = chosen.name == "bic"
    with silenced(), seeded(integer_seed(problem.seed, "discovery")), errors_as_sentences(data):
        found = search(
            data.values if bic else np.ascontiguousarray(data.codes, dtype=np.int64),
            score_func="local_score_BIC_from_cov" if bic else "local_score_BDeu",
            parameters={"lambda_value": penalty} if bic else None,
            verbose=False,
            node_names=list(data.names),
            **more,
        )
    graph = from_causal_learn(found, data.names, kind="cpdag")
    member = pdag_to_dag(graph.adjacency("from row to column"))
    return replace(graph, score=chosen.local.total(member))


BOSS = Algorithm(
    name="boss",
    title="Best order score search",
    gives="cpdag",
    settings=BossSettings,
    engines={
        "causattn": Capability(
            data_kinds=_KINDS,
            scores=SCORES,
            candidates=frozenset({"restrict", "weigh"}),
            seeded=True,
        ),
        "causal-learn": Capability(data_kinds=_KINDS, scores=REFERENCE_SCORES, seeded=True),
    },
    run=run_boss,
    source="Andrews et al. 2023",
)

GRASP = Algorithm(
    name="grasp",
    title="Greedy relaxation of the sparsest permutation",
    gives="cpdag",
    settings=GraspSettings,
    engines={"": Capability(data_kinds=_KINDS, scores=REFERENCE_SCORES, seeded=True)},
    run=run_grasp,
    source="Lam, Andrews and Ramsey 2022",
)
