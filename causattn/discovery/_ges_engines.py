"""The two ways to run GES: causattn's engine, and causal-learn.

causal-learn's GES searches all pairs: it takes neither candidates nor knowledge.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from causattn.base import CapabilityError
from causattn.discovery._causal_learn import errors_as_sentences, from_causal_learn
from causattn.discovery._data import DiscoveryData
from causattn.discovery._ges import run_ges
from causattn.discovery._library_calls import silenced
from causattn.discovery._scores import BDeu, Categories, DiscreteBIC, GaussianBIC, LocalScore
from causattn.graphs import CausalGraph

Adaptive = Literal["none", "v_structures", "unshielded_triples"]
Matrices = tuple[np.ndarray, np.ndarray]


def local_score(
    data: DiscoveryData,
    score: str,
    *,
    penalty: float = 0.5,
    equivalent_sample_size: float = 1.0,
    structure_prior: float | None = None,
) -> LocalScore:
    """Return a score of the data.

    Parameters
    ----------
    data
        The table.
    score
        ``"bic"`` (Gaussian for continuous, multinomial for discrete data) or ``"bdeu"``.
    penalty
        Price of a parameter in units of log n, for the BIC.
    equivalent_sample_size, structure_prior
        Weight of the uniform prior in rows, and expected number of parents of a variable (None for
        no such prior), for BDeu. With two variables there is no structure prior.
    """
    if score == "bic" and data.kind == "continuous":
        return GaussianBIC.from_data(data.values, penalty=penalty, names=data.names)
    coded = Categories(data.codes, cardinalities=data.cardinalities.tolist(), names=data.names)
    if score == "bic":
        return DiscreteBIC(coded, penalty=penalty)
    if data.size <= 2:
        structure_prior = None
    return BDeu(
        coded, equivalent_sample_size=equivalent_sample_size, structure_prior=structure_prior
    )


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

    Raises
    ------
    CapabilityError
        For BDeu on two variables, where causal-learn's structure prior is not defined.
    """
    from causallearn.search.ScoreBased.GES import ges

    if score == "bdeu" and data.size < 3:
        raise CapabilityError(
            "causal-learn's BDeu is not defined for two variables; choose engine=causattn."
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
