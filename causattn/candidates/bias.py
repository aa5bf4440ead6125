"""How much of a screen's strengths is position and frequency.

Attention goes to what is near and to what is often seen, whatever depends on what. The rank
correlations of the strengths with the distance between two variables and with the entropy of their
values say how much; a screen of dependence alone has none with distance where order is drawn at
random.
"""

from __future__ import annotations

import itertools
import warnings
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from causattn.features import FeatureTable


def distances(features: FeatureTable) -> np.ndarray:
    """Return how far apart two features are, float64 [f, f], symmetric, diagonal 0.

    The distance in a document is the difference of the two first mentions' ranks among its
    mentions; its mean is over the documents that mention both, NaN where none does.
    """
    carriers = features.carriers
    count = int(carriers.document.max()) + 1 if len(carriers) else 0
    bounds = carriers.of_documents(count)
    total = np.zeros((features.size, features.size))
    together = np.zeros_like(total)
    for low, high in itertools.pairwise(bounds):
        variable, rank = np.unique(carriers.variable[low:high], return_index=True)
        where = np.ix_(variable, variable)
        total[where] += np.abs(rank[:, None] - rank)
        together[where] += 1
    with np.errstate(invalid="ignore"):
        return np.where(together > 0, total / together, np.nan)


def bias_of(
    strength: np.ndarray, distance: np.ndarray, features: FeatureTable
) -> dict[str, float | None]:
    """Return Spearman's correlation of the strengths with distance and with entropy, over pairs.

    Parameters
    ----------
    strength, distance
        float64 [f, f], symmetric.
    features
        For the entropy of each feature's values; a pair's is the sum of two.

    Returns
    -------
    dict
        ``distance`` and ``entropy``; None where it is not defined, as where all are alike or a
        feature is continuous.
    """
    upper = np.triu_indices(len(strength), 1)
    return {
        "distance": _rank_correlation(strength[upper], distance[upper]),
        "entropy": _rank_correlation(strength[upper], entropies(features)[upper]),
    }


def entropies(features: FeatureTable) -> np.ndarray:
    """Return the sum of two features' entropies, float64 [f, f] in nats; NaN with a continuous."""
    entropy = np.array([_entropy(column) for column in features.values.T])
    entropy[~features.discrete] = np.nan
    return entropy[:, None] + entropy


def _entropy(column: np.ndarray) -> float:
    """Return the entropy of a column's values in nats."""
    return float(stats.entropy(np.unique(column, return_counts=True)[1]))


def _rank_correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    known = np.isfinite(one) & np.isfinite(other)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.ConstantInputWarning)
        found = stats.spearmanr(one[known], other[known]).statistic if known.sum() > 2 else np.nan
    return float(found) if np.isfinite(found) else None
