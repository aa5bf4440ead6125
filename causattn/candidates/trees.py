"""Boosted trees: each variable predicted from all others, and what each of them is worth.

Trees see interactions that a sum of main effects does not. Gradient boosting on histograms
(scikit-learn's; Friedman 2001, "Greedy function approximation: a gradient boosting machine") is
fitted to most documents, and a variable's worth is what the loss on the others rises by where its
values are permuted (Breiman 2001, "Random forests", section 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import above_zero, generator
from causattn.candidates.contract import Screen, ScreenSettings, level_count

if TYPE_CHECKING:
    from causattn.features import FeatureTable


@dataclass(frozen=True)
class TreesSettings(ScreenSettings):
    """The strongest pairs by boosted trees.

    Parameters
    ----------
    trees
        How many trees are grown for a variable (for each of its values, where there are more than
        two).
    leaves
        Most leaves of a tree.
    held_out
        Most documents that a variable's worth is measured on, and at most a fifth of them.
    """

    trees: int = 30
    leaves: int = 8
    held_out: int = 1_000

    def __post_init__(self) -> None:
        super().__post_init__()
        above_zero(self, "candidates", "trees", "leaves", "held_out")


class Trees(Screen):
    """Each variable predicted from all others by boosted trees; no model is read."""

    name = "trees"
    settings = TreesSettings
    paper = (
        "Friedman (2001), Greedy function approximation: a gradient boosting machine; Breiman "
        "(2001), Random forests"
    )

    def seconds(self, features: FeatureTable) -> float:
        """Return about how long one core takes: each value of a variable has trees of its own.

        Growing one takes time however few the documents are, and so does asking it once for each
        of the others.
        """
        rows, size = len(features.values), features.size
        return level_count(features) * (0.02 + 4e-4 * size + 3e-7 * rows * size)

    def of_values(self, settings: TreesSettings, features: FeatureTable, seed: int) -> np.ndarray:
        """Return what the loss of j rises by where i is permuted, at (i, j)."""
        size = features.size
        score = np.zeros((size, size))
        for target in range(size):
            others = np.flatnonzero(np.arange(size) != target)
            rng = generator(seed, "candidates", "trees", target)
            score[others, target] = _worth(settings, features, target, others, rng)
        return score


def _worth(
    settings: TreesSettings,
    features: FeatureTable,
    target: int,
    others: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the worth of each of the others, float64 [o]; 0 where it is none."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    order = rng.permutation(len(features.values))
    count = min(settings.held_out, len(order) // 5)
    fitted, held = features.values[order[count:]], features.values[order[:count]]
    outcome = held[:, target]
    known = np.unique(fitted[:, target])
    inside = np.isin(outcome, known) if features.discrete[target] else np.ones(count, dtype=bool)
    if len(known) < 2 or not inside.any():
        return np.zeros(len(others))
    held, outcome = held[inside][:, others], outcome[inside]
    kind = (
        HistGradientBoostingClassifier
        if features.discrete[target]
        else HistGradientBoostingRegressor
    )
    model = kind(
        max_iter=settings.trees,
        max_leaf_nodes=settings.leaves,
        early_stopping=False,
        random_state=0,
    ).fit(fitted[:, others], fitted[:, target])
    before, shuffled = _loss(model, held, outcome), rng.permutation(len(held))
    worth = np.zeros(len(others))
    for column in range(len(others)):
        changed = held.copy()
        changed[:, column] = held[shuffled, column]
        worth[column] = _loss(model, changed, outcome) - before
    return np.maximum(worth, 0.0)


def _loss(model: Any, values: np.ndarray, outcome: np.ndarray) -> float:
    """Return the log-loss of a classifier, or the squared error of a regression."""
    if not hasattr(model, "predict_proba"):
        return float(np.mean((model.predict(values) - outcome) ** 2))
    chance = model.predict_proba(values)
    own = chance[np.arange(len(values)), np.searchsorted(model.classes_, outcome)]
    return float(-np.log(np.maximum(own, 1e-12)).mean())


SELECTOR = Trees()
