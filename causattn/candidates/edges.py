"""`CandidateEdges`: which pairs of features may be adjacent, how strongly, and how surely.

``score[i, j]`` is the evidence for information flowing **from row i to column j**: the attention
that feature j pays to feature i. An edge of a causal graph can show in either direction of
attention, so that a pair is allowed as a whole; `strength` is the larger of its two scores. How
good the strengths are, where the true graph is known, is `score_candidates`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import DataError, Shown
from causattn.graphs import CausalGraph


@dataclass(frozen=True, repr=False)
class CandidateEdges(Shown):
    """Candidate edges over named features.

    Parameters
    ----------
    names
        The f features' names.
    score
        float64 [f, f], from row to column, diagonal 0.
    p_value
        float64 [f, f], symmetric, calibrated against a null; NaN where no null was run.
    allowed
        bool [f, f], symmetric, diagonal False: may the pair be adjacent?
    method
        How they were chosen, in words, such as ``"mean attention (masked), top 92 pairs"``.
    about
        Anything else, JSON-like.
    """

    names: tuple[str, ...]
    score: np.ndarray
    p_value: np.ndarray
    allowed: np.ndarray
    method: str
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def strength(self) -> np.ndarray:
        """The larger of the two scores of a pair, float64 [f, f], symmetric."""
        return np.maximum(self.score, self.score.T)

    @property
    def pair_count(self) -> int:
        """Number of allowed pairs."""
        return int(np.count_nonzero(np.triu(self.allowed, 1)))

    def summary(self, truth: CausalGraph | None = None) -> dict[str, Any]:
        """Return how many pairs were chosen, and how.

        Parameters
        ----------
        truth
            The true graph over the same names, for how well `strength` ranks its adjacencies.
        """
        return {
            **({} if truth is None else score_candidates(self.strength, truth.skeleton())),
            "pairs": self.pair_count,
            "method": self.method,
            **self.about,
        }

    def to_frame(self) -> pd.DataFrame:
        """Return `frame`, the strongest pairs first."""
        return self.frame().sort_values("strength", ascending=False, kind="stable")

    def frame(self) -> pd.DataFrame:
        """Return one row an ordered pair: source, target, score, strength, p_value, allowed."""
        i, j = np.nonzero(~np.eye(len(self.names), dtype=bool))
        names = np.array(self.names, dtype=object)
        return pd.DataFrame(
            {
                "source": names[i],
                "target": names[j],
                "score": self.score[i, j],
                "strength": self.strength[i, j],
                "p_value": self.p_value[i, j],
                "allowed": self.allowed[i, j],
            }
        )


def score_candidates(
    strength: np.ndarray, truth: np.ndarray, allowed: np.ndarray | None = None
) -> dict[str, float | int | None]:
    """Score the strengths of pairs against the true skeleton.

    Parameters
    ----------
    strength
        float64 [f, f], symmetric: how strongly a pair may be adjacent.
    truth
        bool [f, f], symmetric: the true skeleton.
    allowed
        bool [f, f], symmetric: the pairs that were let through, where some were.

    Returns
    -------
    dict
        ``auc`` (area under the receiver operating curve) and ``average_precision`` over the
        f (f - 1) / 2 pairs, ``precision_at_truth`` (share of true pairs among as many of the
        strongest as there are true ones; ties by position), ``pairs``, ``true_pairs``, and with
        `allowed` also ``allowed_pairs``, ``allowed_precision`` and ``allowed_recall``. A figure
        that is not defined, as where the truth has no edge or all, is None.

    Raises
    ------
    DataError
        For matrices of different shapes, or a strength that is not a number.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    if strength.shape != truth.shape or strength.ndim != 2 or len(strength) != len(truth.T):
        raise DataError(
            f"Strengths of shape {strength.shape} cannot be scored against a truth of shape "
            f"{truth.shape}; give both as square matrices over the same features."
        )
    upper = np.triu_indices(len(strength), 1)
    values, edges = np.asarray(strength, dtype=float)[upper], np.asarray(truth)[upper] != 0
    if not np.isfinite(values).all():
        raise DataError("A strength is not a number; score a screen whose values are finite.")
    true_pairs, pairs = int(edges.sum()), len(edges)
    both = 0 < true_pairs < pairs
    strongest = np.argsort(-values, kind="stable")[:true_pairs]
    found: dict[str, float | int | None] = {
        "auc": float(roc_auc_score(edges, values)) if both else None,
        "average_precision": float(average_precision_score(edges, values)) if true_pairs else None,
        "precision_at_truth": float(edges[strongest].mean()) if true_pairs else None,
        "pairs": pairs,
        "true_pairs": true_pairs,
    }
    if allowed is not None:
        let = np.asarray(allowed)[upper] != 0
        hits = int((let & edges).sum())
        found["allowed_pairs"] = int(let.sum())
        found["allowed_precision"] = hits / int(let.sum()) if let.any() else None
        found["allowed_recall"] = hits / true_pairs if true_pairs else None
    return found
