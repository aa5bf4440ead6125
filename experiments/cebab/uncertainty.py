"""Means over pairs, and how they scatter when the reviews are drawn again (Efron's bootstrap)."""

from __future__ import annotations

import numpy as np


def bootstrap_means(
    values: np.ndarray, groups: np.ndarray, rng: np.random.Generator, draws: int
) -> np.ndarray:
    """Return means over whole groups drawn with replacement, as many as there are.

    Parameters
    ----------
    values
        float64 [n, ...].
    groups
        [n], rows of one group are drawn together.
    rng
        Draws.
    draws
        How often.

    Returns
    -------
    float64 [draws, ...].
    """
    _, member = np.unique(groups, return_inverse=True)
    count = int(member.max()) + 1
    sizes = np.bincount(member, minlength=count).astype(float)
    sums = np.zeros((count, *values.shape[1:]))
    np.add.at(sums, member, values)
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=draws).astype(float)
    total = np.tensordot(drawn, sums, axes=1)
    rows = (drawn @ sizes).reshape(-1, *[1] * (values.ndim - 1))
    means: np.ndarray = total / rows
    return means
