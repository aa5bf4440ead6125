"""causal-learn's GES, which searches all pairs: it takes neither candidates nor knowledge."""

from __future__ import annotations

import numpy as np

from causattn.discovery.data import DiscoveryData
from causattn.graphs import CausalGraph


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
