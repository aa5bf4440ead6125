"""Standardisation: means within strata of the adjustment set, averaged over all rows.

With s a stratum, p_s its share of the rows, and m_ks the outcome's mean where the source has the
value k in it, the mean outcome were every row at k is sum_s p_s m_ks (Robins 1986, the g-formula).
Nothing is assumed of how effects differ between strata.

======================  ============================================================================
variance                Of each m_ks, that of a mean of its n_ks rows; for a 0/1 outcome its
                        proportion counts one row more of either kind (Agresti and Caffo 2000), so
                        that a stratum that has seen one outcome only is not taken for certain. The
                        strata's shares are estimated, too: the variance of the effect between
                        strata, over n, is added
interval                0/1 outcomes: a score interval for each of the two means (Wilson 1927; of
                        few events see `score_interval`), of as many rows as give it its variance,
                        put together by Newcombe's square root (Newcombe 1998, method 10), so that
                        rare values get the lopsided interval that they need. Numbers: normal
values never seen       Where a stratum never shows the value k, the estimate takes k's mean over
                        all strata; the interval lets it be anything that the outcome can be (the
                        bounds of Manski 1990): 0 to 1, or the smallest to the largest number seen
choice of a contrast    By the distance from 0 in units of the interval's half width towards it
======================  ============================================================================
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.special

from causattn.effects.estimate.counts import Strata, Sums

_FEW = 3.5
"""Fewer events are few."""


class Standardised(NamedTuple):
    """Effects of all contrasts on all the outcome's columns, float64 [b, c, m] each.

    `error` is the standard error without what the bounds add, `unseen` the share of rows, [b, c],
    in strata that lack a value.
    """

    estimate: np.ndarray
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    unseen: np.ndarray

    def ratios(self, tail: float) -> np.ndarray:
        """Return the estimates' distances from 0, in half widths over `tail`."""
        towards = np.where(self.estimate > 0, self.estimate - self.low, self.high - self.estimate)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.abs(self.estimate) / towards * tail
        return np.where(self.estimate == 0, 0.0, found)


def means(sums: Sums) -> np.ndarray:
    """Return each value's mean in each stratum, over all strata where unseen, [b, s, k, m]."""
    seen = sums.rows[..., None] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        overall = sums.totals.sum(axis=1) / sums.rows.sum(axis=1)[..., None]
        own = sums.totals / sums.rows[..., None]
    return np.where(seen, own, overall[:, None])


def standardised(strata: Strata, sums: Sums) -> Standardised:
    """Return the effects of all contrasts; see the module."""
    tail, n = strata.tail, len(strata.stratum)
    a, b = strata.starts, strata.ends
    mean = means(sums)
    seen = sums.rows > 0
    rows = np.maximum(sums.rows, 1.0)
    weight = sums.shares[:, :, None] * seen
    share = weight.sum(axis=1)
    smooth, variance = _variances(strata, sums, mean, seen)
    spread = np.einsum("bsk,bskm->bkm", weight**2 / rows, variance)
    whole = np.einsum("bs,bskm->bkm", sums.shares, mean)
    part = np.einsum("bsk,bskm->bkm", weight, mean)
    held = np.maximum(share, 1e-300)[..., None]
    if strata.binary:
        level = np.einsum("bsk,bskm->bkm", weight, smooth) / held
        with np.errstate(divide="ignore", invalid="ignore"):
            equal = level * (1.0 - level) / (spread / held**2)
        lows, highs = (end * held for end in score_interval(part / held, equal, tail))
    else:
        half = tail * np.sqrt(spread)
        lows, highs = part - half, part + half
    estimate = whole[:, b] - whole[:, a]
    apart = mean[:, :, b] - mean[:, :, a] - estimate[:, None]
    between = np.einsum("bs,bscm->bcm", sums.shares, apart**2) / n
    extra = tail**2 * between
    # Values that a stratum never shows: what the interval must leave room for.
    lost = (1.0 - share)[..., None]
    over = (whole - part) - lost * strata.low
    under = lost * strata.high - (whole - part)
    low = estimate - over[:, b] - under[:, a]
    high = estimate + under[:, b] + over[:, a]
    low = low - np.sqrt((part - lows)[:, b] ** 2 + (highs - part)[:, a] ** 2 + extra)
    high = high + np.sqrt((highs - part)[:, b] ** 2 + (part - lows)[:, a] ** 2 + extra)
    error = np.sqrt(spread[:, a] + spread[:, b] + between)
    either = (weight[:, :, a] == 0) | (weight[:, :, b] == 0)
    unseen = np.einsum("bs,bsc->bc", sums.shares, either)
    return Standardised(estimate, error, low, high, unseen)


def _variances(
    strata: Strata, sums: Sums, mean: np.ndarray, seen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the smoothed means and the outcome's variance in each cell, [b, s, k, m]."""
    rows = sums.rows[..., None]
    if strata.binary:
        smooth = (sums.totals + 1.0) / (rows + 2.0)
        return smooth, smooth * (1.0 - smooth)
    # A cell's own variance with one row of the average variance within cells.
    within = np.maximum(sums.squares - sums.totals * mean * seen[..., None], 0.0)
    free = np.maximum(sums.rows.sum(axis=(1, 2)) - np.count_nonzero(seen, axis=(1, 2)), 1.0)
    pooled = within.sum(axis=(1, 2)) / free[:, None]
    return mean, (within + pooled[:, None, None]) / np.maximum(rows, 1.0)


def score_interval(
    proportion: np.ndarray, rows: np.ndarray, tail: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the score interval of a proportion among so many rows.

    With three events or fewer the end next to them is that of a Poisson count where this is wider,
    since the score interval is too narrow there (Brown, Cai and DasGupta 2001, "Interval estimation
    for a binomial proportion", Statistical Science 16, page 112).
    """
    proportion = np.clip(proportion, 0.0, 1.0)
    wide = tail**2 / rows
    centre = proportion + wide / 2.0
    half = tail * np.sqrt(proportion * (1.0 - proportion) / rows + wide / (4.0 * rows))
    low, high = (centre - half) / (1.0 + wide), (centre + half) / (1.0 + wide)
    return _of_few(low, proportion, rows, tail), 1.0 - _of_few(
        1.0 - high, 1.0 - proportion, rows, tail
    )


def _of_few(
    low: np.ndarray, proportion: np.ndarray, rows: np.ndarray, tail: float | np.ndarray
) -> np.ndarray:
    """Return lower ends, those of few events by the Poisson distribution where it is lower."""
    events = proportion * rows
    few = (events < _FEW) & (low > 0)
    if few.any():
        level = 2.0 * scipy.special.ndtr(-np.broadcast_to(tail, low.shape)[few])
        poisson = scipy.special.gammaincinv(np.maximum(events[few], 1e-6), level) / rows[few]
        low = low.copy()
        low[few] = np.minimum(low[few], poisson)
    return low
