"""Series of lagged causes, as a network in BIF whose variables are written step by step."""

from __future__ import annotations

import numpy as np

from experiments.where_attention_wins.worlds import bif

VALUES, NOISE = 3, 0.2
"""How many values a series has, and how often one is drawn at random."""


def lagged(series: int, steps: int, seed: int) -> str:
    """Return series of which each depends on its own and on another's step before.

    A child is the sum of both parents, modulo the number of values, so that neither parent alone
    says which value it has; one step in five is random.

    Parameters
    ----------
    series, steps
        How many there are, and how long.
    seed
        Draws which other series each depends on.
    """
    rng = np.random.default_rng(seed)
    other = [(k + int(rng.integers(1, series))) % series for k in range(series)]
    parents: dict[str, tuple[str, ...]] = {}
    for step in range(steps):
        for k in range(series):
            name = chr(ord("a") + k)
            before = (f"{name}{step - 1}", f"{chr(ord('a') + other[k])}{step - 1}")
            parents[f"{name}{step}"] = before if step else ()
    chance = np.eye(VALUES) * (1 - NOISE) + NOISE / VALUES
    return bif(parents, VALUES, lambda given: chance[sum(given) % VALUES])
