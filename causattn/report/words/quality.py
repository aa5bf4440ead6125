"""How well a screen ranks the truly adjacent pairs: for the figure, the page and the terminal.

A pair counts as adjacent where the truth joins it in either direction. The area under the ROC
curve and the average precision are scikit-learn's; ties share their place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from causattn.results import SCREEN, Run

ATTENTION = "attention"


@dataclass(frozen=True)
class ScreenQuality:
    """How well one screen ranks the pairs.

    Parameters
    ----------
    name
        The screen.
    auc, average_precision
        Against the true skeleton; NaN where it has no edge or every edge.
    recall, precision
        float64 [k], the curve: the best precision at each recall, which rises from 0 to 1; the
        area under its steps is the average precision.
    """

    name: str
    auc: float
    average_precision: float
    recall: np.ndarray
    precision: np.ndarray


@dataclass(frozen=True)
class Chosen:
    """The pairs that were allowed: how many, and their precision and recall."""

    pairs: int
    precision: float
    recall: float


def screen_qualities(run: Run) -> list[ScreenQuality]:
    """Return the quality of what scored the candidates, and of each screen beside it.

    Empty without a truth; where nothing scored candidates, the other screens alone.
    """
    pairs = _true_pairs(run)
    if pairs is None or pairs["true"].nunique() < 2:
        return []
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

    found = []
    true = pairs["true"].to_numpy()
    columns = {scored_by(run): "strength"} if "strength" in pairs else {}
    columns |= {name.replace("_", " "): f"{SCREEN}{name}" for name in run.screens}
    for name, column in columns.items():
        strength = np.nan_to_num(pairs[column].to_numpy(dtype=float), nan=-np.inf)
        strength = np.maximum(strength, np.finfo(float).min)
        precision, recall, _ = precision_recall_curve(true, strength)
        steps = np.unique(recall)
        best = np.array([precision[recall == step].max() for step in steps])
        best[0] = best[1]  # at recall 0 nothing is chosen yet, and precision has no meaning
        found.append(
            ScreenQuality(
                name,
                float(roc_auc_score(true, strength)),
                float(average_precision_score(true, strength)),
                steps,
                best,
            )
        )
    return found


def scored_by(run: Run) -> str:
    """Return what scored the candidates, in words: attention, or another explainer."""
    of_heads = run.summary.get("circuit", {}).get("candidates")
    method = of_heads or run.summary.get("attribution", {}).get("method")
    return ATTENTION if method is None else str(method).replace("_", " ")


def chosen_pairs(run: Run) -> Chosen | None:
    """Return how good the allowed pairs are; None without a truth or where none are allowed."""
    pairs = _true_pairs(run)
    if pairs is None or "allowed" not in pairs:
        return None
    allowed, true = pairs["allowed"].to_numpy(dtype=bool), pairs["true"].to_numpy(dtype=bool)
    if not allowed.any() or not true.any():
        return None
    both = float((allowed & true).sum())
    return Chosen(int(allowed.sum()), both / allowed.sum(), both / true.sum())


def prevalence(run: Run) -> float:
    """Return the share of pairs that are truly adjacent, a blind screen's precision."""
    pairs = _true_pairs(run)
    return float("nan") if pairs is None or pairs.empty else float(pairs["true"].mean())


def _true_pairs(run: Run) -> pd.DataFrame | None:
    """Return one row an unordered pair, with whether the truth joins it."""
    if run.truth is None:
        return None
    place = {name: k for k, name in enumerate(run.truth.names)}
    frame = run.candidates
    inside = frame["source"].isin(place) & frame["target"].isin(place)
    frame = frame[inside]
    rows = frame["source"].map(place).to_numpy(dtype=int)
    columns = frame["target"].map(place).to_numpy(dtype=int)
    once = rows < columns
    frame = frame[once].copy()
    frame["true"] = run.truth.skeleton()[rows[once], columns[once]]
    return frame
