"""How good a screen is, where the true graph is known."""

from __future__ import annotations

import numpy as np

from causattn.base import DataError


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
