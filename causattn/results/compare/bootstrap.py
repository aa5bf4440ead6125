"""Bootstrap intervals over seeds, and sign-flip tests of paired differences.

Seeds are drawn again within each block (a network with all its sizes), the blocks stay: intervals
speak about new draws of these networks, not about other networks. The sizes of a network are drawn
with the same weights, since its samples are nested, and so are all contestants, so that a
difference is drawn as a whole. A data set of s seeds has its deviations stretched by
sqrt(s / (s - 1)), without which intervals from few seeds are too narrow (Davison and Hinkley 1997,
"Bootstrap methods and their application", section 2.2.2). Intervals are percentiles.

The sign-flip test (Fisher 1935, "The design of experiments", section 21) turns the sign of the
difference of a block and seed: where two contestants are alike, both signs were as likely.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from causattn.base import generator

DRAWS = 5000
FLIPS = 20_000
_EXACT = 14
_AT_ONCE = 1000


def seed_weights(
    drawn: np.ndarray, blocks: Sequence[Hashable] | None = None, draws: int = DRAWS
) -> list[np.ndarray]:
    """Return for each data set the weights of its seeds, float64 [draws, seeds], rows sum to 1.

    Parameters
    ----------
    drawn
        bool [data sets, seeds], which are there.
    blocks
        The block of each data set; every data set is one where there are none.
    draws
        How many times to draw.
    """
    found: dict[Hashable, np.ndarray] = {}
    labels = range(len(drawn)) if blocks is None else blocks
    for place, label in enumerate(dict.fromkeys(labels)):
        there = np.asarray(drawn[[own == label for own in labels]].any(axis=0))
        found[label] = weights = np.zeros((draws, len(there)))
        count = int(there.sum())
        if count:
            rng = generator(0, "results", "compare", "bootstrap", place)
            weights[:, there] = rng.multinomial(count, np.full(count, 1 / count), draws) / count
    return [found[label] for label in labels]


def shares(there: np.ndarray, blocks: Sequence[Hashable] | None = None) -> np.ndarray:
    """Return what each data set counts: blocks alike, and alike within a block; the sum is 1.

    Parameters
    ----------
    there
        bool [data sets], which are used; others count 0.
    blocks
        The block of each data set; every data set is one where there are none.
    """
    labels = list(range(len(there)) if blocks is None else blocks)
    used = [label for label, own in zip(labels, there, strict=True) if own]
    several = len(set(used))
    each = [
        1 / (several * used.count(label)) if own else 0
        for label, own in zip(labels, there, strict=True)
    ]
    return np.array(each, dtype=float)


def interval(
    values: np.ndarray,
    weights: list[np.ndarray],
    blocks: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Return the interval of the mean over blocks of the means over data sets and seeds.

    Parameters
    ----------
    values
        float64 [data sets, seeds], NaN where missing.
    weights
        Of `seed_weights`, of the same blocks.
    blocks
        The block of each data set; every data set is one where there are none.
    confidence
        Coverage.

    Returns
    -------
    low, high
        NaN where no data set has two seeds.
    """
    total, spread = 0.0, False
    counted = shares(~np.isnan(values).all(axis=1), blocks)
    for row, weight, part in zip(values, weights, counted, strict=True):
        there = ~np.isnan(row)
        count = int(there.sum())
        if not count:
            continue
        mean = row[there].mean()
        if count == 1:
            total = total + part * mean
            continue
        spread = True
        share = weight[:, there].sum(axis=1)
        off = weight[:, there] @ (row[there] - mean) / np.where(share > 0, share, 1.0)
        total = total + part * (mean + np.sqrt(count / (count - 1)) * off)
    if not spread:
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(total, [tail, 1 - tail])
    return float(low), float(high)


def sign_flip_p(differences: np.ndarray) -> float:
    """Return the two-sided p-value of a sum of independent paired differences.

    Parameters
    ----------
    differences
        float64 [n], no NaN, each with its weight.

    Returns
    -------
    p
        Exact for up to 14 differences that are not 0, else from 20,000 flips with the observed one
        counted among them; 1 where all are 0.
    """
    parts = differences[differences != 0]
    if not len(parts):
        return 1.0
    observed = abs(parts.sum())
    slack = 1e-12 * np.abs(parts).sum()
    if len(parts) <= _EXACT:
        bits = np.arange(2 ** len(parts))[:, None] >> np.arange(len(parts))
        sums = np.abs(((bits & 1) * 2 - 1) @ parts)
        return float((sums >= observed - slack).mean())
    rng = generator(0, "results", "compare", "sign flips")
    total, width, extreme = parts.sum(), -(-len(parts) // 8), 0
    for _ in range(0, FLIPS, _AT_ONCE):
        drawn = np.frombuffer(rng.bytes(_AT_ONCE * width), dtype=np.uint8)
        coins = np.unpackbits(drawn.reshape(_AT_ONCE, width), axis=1, count=len(parts))
        sums = np.abs(2 * (coins.astype(float) @ parts) - total)
        extreme += int((sums >= observed - slack).sum())
    return (1 + extreme) / (1 + FLIPS)


def smallest_p(count: int) -> float:
    """Return the smallest p-value that `count` differences can give."""
    return max(2.0 ** (1 - count), 1 / (1 + FLIPS)) if count else 1.0


def holm(p: np.ndarray) -> np.ndarray:
    """Return p-values adjusted by Holm (1979), "A simple sequentially rejective procedure"."""
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty_like(p, dtype=float)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
