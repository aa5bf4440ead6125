"""The two ways to run GES: causattn's engine, and causal-learn.

causal-learn's GES searches all pairs: it takes neither candidates nor knowledge.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from causattn.discovery.data import DiscoveryData
from causattn.discovery.ges import run_ges
from causattn.discovery.scores import LocalScore
from causattn.graphs import CausalGraph

Adaptive = Literal["none", "v_structures", "unshielded_triples"]
Matrices = tuple[np.ndarray, np.ndarray]


def ges_by_causattn(
    score: LocalScore,
    names: tuple[str, ...],
    *,
    allowed: np.ndarray | None = None,
    adaptive: Adaptive = "unshielded_triples",
    edge_log_prior: np.ndarray | None = None,
    knowledge: Matrices | None = None,
    max_parents: int | None = None,
    turning: bool = True,
    threads: int = 1,
) -> CausalGraph:
    """Run causattn's GES.

    Parameters
    ----------
    score
        A score of the data.
    names
        The variables.
    allowed
        bool [p, p], symmetric: candidate pairs; None for all.
    adaptive
        When another pair may come in after all.
    edge_log_prior
        float [p, p], symmetric: added to the score for each adjacency.
    knowledge
        Required and forbidden edges, bool [p, p], from row to column.
    max_parents
        The largest family an insertion may make, None for no bound.
    turning
        Search on with a turning phase, and through all phases again until none finds a move; else
        forward and backward once, as Chickering (2002) wrote it.
    threads
        Threads of the compiled code.
    """
    required, forbidden = (None, None) if knowledge is None else knowledge
    found = run_ges(
        score,
        phases=("forward", "backward", "turning") if turning else ("forward", "backward"),
        repeat=turning,
        allowed=allowed,
        adaptive=adaptive,
        edge_log_prior=edge_log_prior,
        required=required,
        forbidden=forbidden,
        max_parents=max_parents,
        threads=threads,
    )
    return CausalGraph.from_adjacency(
        found.adjacency,
        names,
        direction="from row to column",
        kind="cpdag",
        tests=found.local_scores,
        score=float(found.score),
        details={
            "moves": dict(found.steps_by_phase),
            "pairs_outside_candidates": 0
            if allowed is None
            else int(np.count_nonzero(found.adjacency.astype(bool) & ~allowed)),
        },
    )


def ges_by_causal_learn(
    data: DiscoveryData, score: str, penalty: float, max_parents: int | None
) -> CausalGraph:
    """Run causal-learn's GES (forward and backward phases).

    Parameters
    ----------
    data
        The table.
    score
        ``"bic"`` (Gaussian) or ``"bdeu"``; BDeu has equivalent sample size 1 and its structure
        prior, each other variable being a parent with probability 1 / (p - 1).
    penalty
        Price of a parameter in units of log n, for the BIC.
    max_parents
        Most parents in the forward phase, None for no limit.
    """
    from causallearn.search.ScoreBased.GES import ges

    from causattn.discovery.libraries.calls import silenced
    from causattn.discovery.libraries.causal_learn_graphs import (
        errors_as_sentences,
        from_causal_learn,
    )

    with silenced(), errors_as_sentences(data):
        found = ges(
            data.values if score == "bic" else np.ascontiguousarray(data.codes),
            score_func="local_score_BIC" if score == "bic" else "local_score_BDeu",
            # causal-learn still adds a parent to a variable that has exactly this many.
            maxP=None if max_parents is None else max_parents - 1,
            node_names=list(data.names),
            lambda_value=penalty if score == "bic" else None,
        )
    return from_causal_learn(found["G"], data.names, kind="cpdag", score=float(found["score"]))
