"""The contestants: a name, the package it needs, its family, and a function of a table.

Each function returns an adjacency matrix, 0/1 from row to column, 1 both ways where undirected.
Packages are imported inside, so that this file can be read where they are not installed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

ALPHA = 0.01
PENALTY = 1.0
"""Price of a parameter in units of log n; Schwarz's is .5."""


def causattn(**settings: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Return one of causattn's algorithms."""

    def run(values: np.ndarray) -> np.ndarray:
        from causattn.discovery import discover

        return discover(settings, values).adjacency("from row to column")

    return run


def andrey(name: str, **settings: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Return one of andrey-core's; a mark of 1 is a tail at the row's variable."""

    def run(values: np.ndarray) -> np.ndarray:
        import andrey

        return np.asarray(getattr(andrey, name)(values, **settings).structure.to_numpy()) == 1

    return run


def causal_learn_pc(values: np.ndarray) -> np.ndarray:
    from causallearn.search.ConstraintBased.PC import pc

    return np.asarray(pc(values, ALPHA, "fisherz", show_progress=False).G.graph) == -1


def causal_learn_ges(values: np.ndarray) -> np.ndarray:
    from causallearn.search.ScoreBased.GES import ges

    price = {"lambda_value": PENALTY}
    found = ges(values, "local_score_BIC_from_cov", parameters=price)["G"].graph
    return np.asarray(found) == -1


def causal_learn_exact(values: np.ndarray) -> np.ndarray:
    from causallearn.search.ScoreBased.ExactSearch import bic_exact_search

    return np.asarray(bic_exact_search(values - values.mean(axis=0))[0])


def causal_learn_lingam(values: np.ndarray) -> np.ndarray:
    from causallearn.search.FCMBased.lingam import DirectLiNGAM

    model = DirectLiNGAM(random_state=0)
    model.fit(values)
    return np.asarray(model.adjacency_matrix_).T != 0


def pgmpy_hill_climbing(values: np.ndarray) -> np.ndarray:
    """pgmpy's has no penalty to set: the BIC."""
    import pandas as pd
    from pgmpy.causal_discovery import HillClimbSearch

    search = HillClimbSearch(scoring_method="bic-g", return_type="dag", show_progress=False)
    names = [f"x{k}" for k in range(values.shape[1])]  # it takes no numbers for names
    search.fit(pd.DataFrame(values, columns=names))
    found = np.zeros((values.shape[1],) * 2)
    for source, target in search.causal_graph_.edges():
        found[names.index(source), names.index(target)] = 1
    return found


def ges(values: np.ndarray) -> np.ndarray:
    from ges import fit
    from ges.scores import GaussObsL0Pen

    price = PENALTY * math.log(len(values))
    return np.asarray(fit(GaussObsL0Pen(values, lmbda=price))[0])


def xges(values: np.ndarray) -> np.ndarray:
    from xges import XGES

    model = XGES(alpha=2 * PENALTY)
    model.fit(values, verbose=0)
    return np.asarray(model.get_adjacency_matrix())


def flop(values: np.ndarray) -> np.ndarray:
    from flopsearch import flop as search

    return np.asarray(search(values, 2 * PENALTY, restarts=20)) != 0


def whydra_pc(values: np.ndarray) -> np.ndarray:
    """-1 in [i, j] is a tail at j's end."""
    from whydra import StandalonePCStable

    return np.asarray(StandalonePCStable(alpha=ALPHA, n_jobs=1).run(values).graph).T == -1


_BY_SCORE = {"penalty": PENALTY}
_ANDREY = {"lambda_value": 2 * PENALTY}

CONTESTANTS: dict[str, tuple[str, str, Callable[[np.ndarray], np.ndarray]]] = {
    "causattn ges": ("causattn", "score", causattn(kind="ges", **_BY_SCORE)),
    "causattn xges": ("causattn", "score", causattn(kind="xges", **_BY_SCORE)),
    "causattn ils": ("causattn", "score", causattn(kind="ils", **_BY_SCORE)),
    "causattn hill climbing": ("causattn", "score", causattn(kind="hill_climbing", **_BY_SCORE)),
    "andrey ges": ("andrey", "score", andrey("ges", **_ANDREY)),
    "andrey xges": ("andrey", "score", andrey("xges", **_ANDREY)),
    "andrey boss": ("andrey", "score", andrey("boss", **_ANDREY)),
    "andrey hc": ("andrey", "score", andrey("hc", **_ANDREY)),
    "causal-learn ges": ("causallearn", "score", causal_learn_ges),
    "pgmpy hill climbing": ("pgmpy", "score", pgmpy_hill_climbing),
    "ges": ("ges", "score", ges),
    "xges": ("xges", "score", xges),
    "flopsearch, 20 restarts": ("flopsearch", "score", flop),
    "causattn pc": ("causattn", "tests", causattn(kind="pc", alpha=ALPHA)),
    "causattn pc, ranked rules": (
        "causattn",
        "tests",
        causattn(kind="pc", alpha=ALPHA, rules="ranked"),
    ),
    "andrey pc": ("andrey", "tests", andrey("pc", alpha=ALPHA)),
    "causal-learn pc": ("causallearn", "tests", causal_learn_pc),
    "whydra pc": ("whydra", "tests", whydra_pc),
    "causattn exact": ("causattn", "exact", causattn(kind="exact")),
    "andrey exact": ("andrey", "exact", andrey("exact_search")),
    "causal-learn exact": ("causallearn", "exact", causal_learn_exact),
    "causattn direct lingam": ("causattn", "lingam", causattn(kind="direct_lingam")),
    "andrey direct lingam": ("andrey", "lingam", andrey("direct_lingam")),
    "causal-learn direct lingam": ("causallearn", "lingam", causal_learn_lingam),
}
