"""How well two orders of the same words agree, sentence by sentence, and how sure a mean is.

Kendall's tau-b (Kendall 1945, "The treatment of ties in ranking problems"), which is the paper's
tau where nothing is tied.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.stats import kendalltau


def agreement(
    bounds: np.ndarray, first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return Kendall's tau-b in each sentence, and its p-value.

    Parameters
    ----------
    bounds
        int64 [n + 1], as `Importance` has them.
    first, second
        float64 [W], two values a word.

    Returns
    -------
    tau, p_value
        float64 [n] each; NaN where all values of a list are tied.
    """
    found = [kendalltau(first[low:high], second[low:high]) for low, high in pairwise(bounds)]
    return (
        np.array([float(one.statistic) for one in found]),
        np.array([float(one.pvalue) for one in found]),
    )


def top_hit(bounds: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the probability that the first order's first word is one of the second's, float64 [n].

    Where several words share the first order's largest value, each is first with the same
    probability; where several share the second's, all of them count.
    """
    found = np.empty(len(bounds) - 1)
    for row, (low, high) in enumerate(pairwise(bounds)):
        one, other = first[low:high], second[low:high]
        tops, others = one == one.max(), other == other.max()
        found[row] = (tops & others).sum() / tops.sum()
    return found


def bootstrap_interval(
    values: np.ndarray, rng: np.random.Generator, draws: int = 2000, level: float = 0.95
) -> tuple[float, float]:
    """Return the percentile interval of a mean over sentences drawn with replacement.

    Parameters
    ----------
    values
        float64 [n], one value a sentence; a difference of two makes the interval a paired one.
    """
    count = len(values)
    means = np.array([values[rng.integers(count, size=count)].mean() for _ in range(draws)])
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
