"""PC's own evidence as a screen: a pair's largest p-value over all sets that PC tries.

The skeleton search of PC (Spirtes, Glymour and Scheines 2000, *Causation, Prediction, and Search*,
section 5.4.2; order-independent as in Colombo and Maathuis 2014, "Order-independent
constraint-based causal structure learning", algorithm 4.1) drops a pair once one set of neighbours
makes it independent. The pair's largest p-value is how near it came to that; the score is minus its
logarithm, by the G-square test of counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from causattn.base import ConfigError
from causattn.candidates.cmi import codes_of
from causattn.candidates.contract import Screen, ScreenSettings

if TYPE_CHECKING:
    from causattn.features import FeatureTable


@dataclass(frozen=True)
class MaxPSettings(ScreenSettings):
    """The strongest pairs by PC's largest p-value.

    Parameters
    ----------
    alpha
        Level above which PC drops a pair, and no longer conditions on it.
    order
        Most variables that are given at once.
    bins
        Into how many bins of equal frequency a continuous variable is cut.
    """

    alpha: float = 0.05
    order: int = 2
    bins: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.alpha < 1 or self.order < 0 or self.bins < 2:
            raise ConfigError(
                f"candidates.alpha={self.alpha} must lie between 0 and 1, candidates.order="
                f"{self.order} be 0 or more and candidates.bins={self.bins} be 2 or more."
            )


class MaxP(Screen):
    """The largest p-value of a pair over PC's tests; no model is read."""

    name = "max_p"
    settings = MaxPSettings
    paper = "Spirtes, Glymour and Scheines (2000), Causation, Prediction, and Search"

    def seconds(self, features: FeatureTable) -> float:
        """Return about how long one core takes."""
        return 2e-7 * len(features.values) * features.size**2

    def of_values(self, settings: MaxPSettings, features: FeatureTable, seed: int) -> np.ndarray:
        """Return minus the logarithm of the largest p-value of each pair, symmetric."""
        codes = codes_of(features, settings.bins)
        size, least = features.size, -np.log(settings.alpha)
        score = np.full((size, size), np.inf)
        np.fill_diagonal(score, 0.0)
        for order in range(settings.order + 1):
            near = score > least
            for i, j in np.argwhere(np.triu(near)):
                for given in _sets(near, i, j, order):
                    score[i, j] = min(score[i, j], minus_log_p(codes, i, j, given))
                    score[j, i] = score[i, j]
                    if score[i, j] <= least:
                        break
        return score


def _sets(near: np.ndarray, i: int, j: int, order: int) -> list[tuple[int, ...]]:
    """Return the sets that PC gives: so many neighbours of the one, or of the other."""
    found: dict[tuple[int, ...], None] = {}
    for one, other in ((i, j), (j, i)):
        around = [k for k in np.flatnonzero(near[one]).tolist() if k != other]
        found.update(dict.fromkeys(combinations(around, order)))
    return list(found)


def minus_log_p(codes: np.ndarray, i: int, j: int, given: tuple[int, ...]) -> float:
    """Return minus the logarithm of the p-value of G-square for i and j, given others.

    Degrees of freedom count the values that a stratum shows (Spirtes et al. 2000, section 5.5); a
    test without any has p-value 1.

    Parameters
    ----------
    codes
        int64 [n, f], every feature as numbers from 0.
    """
    from scipy.special import gammaincc, gammaln

    size = codes.max(axis=0) + 1
    stratum = np.zeros(len(codes), dtype=np.int64)
    for k in given:
        stratum = stratum * size[k] + codes[:, k]
    strata, stratum = np.unique(stratum, return_inverse=True) if given else ([0], stratum)
    shape = (len(strata), int(size[i]), int(size[j]))
    flat = (stratum * shape[1] + codes[:, i]) * shape[2] + codes[:, j]
    table = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape).astype(float)
    x, y = table.sum(2), table.sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = table * x.sum(1)[:, None, None] / (x[:, :, None] * y[:, None, :])
        g_square = 2 * np.where(table > 0, table * np.log(ratio), 0.0).sum()
    freedom = (((x > 0).sum(1) - 1) * ((y > 0).sum(1) - 1)).sum()
    if not freedom:
        return 0.0
    half, x_half = freedom / 2, max(g_square, 0.0) / 2
    if (chance := gammaincc(half, x_half)) > 1e-290:
        return float(-np.log(chance))
    # Where the p-value is 0 in floating point: the first convergent of its continued fraction.
    return float(x_half - half * np.log(x_half) + gammaln(half) + np.log(x_half + 1 - half))


SELECTOR = MaxP()
