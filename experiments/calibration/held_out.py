"""Draws of the null, each in turn taken for the data and compared with the others.

A draw with half of the variables permuted is a corpus whose truth is known: what holds a permuted
variable is independent of it, what depends on each other among the rest still does. So every draw
says how many of its discoveries are false, and many draws say it with little error, where one
network with its one true graph says it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from scipy import stats

from causattn.attention import AttentionSummary
from causattn.candidates import attention_score
from causattn.candidates.bias import distances, entropies
from causattn.candidates.pairs import NullDraw, p_values_by_pairs
from causattn.features import FeatureTable

FEWEST = 2
"""Draws below which none can be held out."""
LEVELS = (0.01, 0.05, 0.1, 0.2)


def held_out(
    nulls: list[AttentionSummary],
    table: FeatureTable,
    truths: Mapping[str, np.ndarray],
    rates: tuple[float, ...],
) -> dict[str, Any]:
    """Return what is discovered in each draw against the others, by way and rate.

    Parameters
    ----------
    nulls
        Attention of the draws, each with its permuted variables in ``about``.
    table
        The features, for distance and entropy.
    truths
        bool [f, f] by name, which pairs are true where nothing was permuted; one is ``dependent``.
    rates
        The false discovery rates that are asked for.

    Returns
    -------
    dict
        By way of making p-values: ``null`` with the share of the pairs with a permuted variable at
        or below each of `LEVELS`, one a draw, ``dependent`` with the number of dependent pairs, and
        by rate, how many pairs in each draw: ``found``; ``permuted``, those found with a permuted
        variable; and by truth ``false NAME``, those found and not true, which hold the former.
    """
    upper = np.triu_indices(table.size, 1)
    draws = [_draw(null) for null in nulls]
    bias = [distances(table), entropies(table)]
    measured: dict[str, Any] = {}
    for tail, removed in product(("empirical", "log_normal"), (True, False)):
        name = f"{tail.replace('_', '-')}, bias {'removed' if removed else 'left in'}"
        rows: dict[str, Any] = {"null": [], "dependent": [], "rates": {}}
        for number, draw in enumerate(draws):
            others = [*draws[:number], *draws[number + 1 :]]
            found = p_values_by_pairs(
                draw.strength,
                others,
                tail,  # type: ignore[arg-type]
                bias if removed else [],
            )[upper]
            independent = (draw.permuted[:, None] | draw.permuted)[upper]
            true = {what: matrix[upper] & ~independent for what, matrix in truths.items()}
            rows["null"].append([float((found[independent] <= at).mean()) for at in LEVELS])
            rows["dependent"].append(int(true["dependent"].sum()))
            adjusted = stats.false_discovery_control(found)
            for rate in rates:
                passed = adjusted <= rate
                counts = rows["rates"].setdefault(f"{rate:g}", {})
                kinds = {"found": passed, "permuted": passed & independent}
                kinds |= {f"false {what}": passed & ~each for what, each in true.items()}
                for what, each in kinds.items():
                    counts.setdefault(what, []).append(int(each.sum()))
        measured[name] = rows
    return measured


def _draw(null: AttentionSummary) -> NullDraw:
    score = attention_score(null)
    permuted = null.about["permuted"]
    return NullDraw(
        np.maximum(score, score.T),
        np.array([permuted is True or name in permuted for name in null.names]),
    )
