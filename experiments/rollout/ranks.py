"""Rank correlation in two conventions, which differ where values are tied.

``standard``: tied values share the mean of their ranks, and the correlation is Pearson's of the
ranks; so do SciPy and the textbooks. ``dense``: tied values share a rank and the next value has the
next one, and the correlation is ``1 - 6 sum d^2 / (n (n^2 - 1))``, a formula that is exact only
without ties; so does code that goes with work on attention. Without ties both are the same; with
them the second is no longer a correlation of anything, and two lists that are equal up to one
constant give something other than 0.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.stats import rankdata

from causattn.base import DataError, choose

Ranks = Literal["standard", "dense"]
RANKS: tuple[Ranks, ...] = ("standard", "dense")


def rank_correlation(first: np.ndarray, second: np.ndarray, ranks: Ranks = "standard") -> float:
    """Return the rank correlation of two lists.

    Parameters
    ----------
    first, second
        float [n], n at least 2.
    ranks
        The convention (see the module).

    Returns
    -------
    float
        Not a number where all values of a list are tied and ranks are standard.

    Raises
    ------
    DataError
        Where the lists cannot be ranked beside each other.
    ConfigError
        For an unknown convention.
    """
    choose(ranks, dict.fromkeys(RANKS, True), "ranks")
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != other.shape or one.ndim != 1 or len(one) < 2:
        raise DataError(
            f"A rank correlation takes two lists of equal length from 2 up, got shapes {one.shape} "
            f"and {other.shape}; give one value a token in both."
        )
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise DataError(
            "A rank correlation takes numbers, got some that are infinite or no number; leave "
            "those tokens out of both lists."
        )
    if ranks == "dense":
        count = len(one)
        apart = rankdata(one, "dense") - rankdata(other, "dense")
        return float(1 - 6 * (apart**2).sum() / (count * (count**2 - 1)))
    ranked = np.stack([rankdata(one), rankdata(other)])
    ranked -= ranked.mean(1, keepdims=True)
    scale = np.sqrt((ranked**2).sum(1).prod())
    return float((ranked[0] * ranked[1]).sum() / scale) if scale else float("nan")
