"""Doubly robust estimates with cross-fitting, from sums of products of the folds.

With b(t, z) the columns of a regression, m = b'beta of the outcome, and D(z) the columns at the
value that is asked about (or their slope in t), the effect is the mean of

    D'beta + a (y - b'beta),    a = b'rho,

where beta solves (G + L) beta = sum b y, and rho, the weights' (Riesz) representer, the equation of
the same matrix (G + L) rho = sum D (Chernozhukov, Newey and Singh 2022, "Automatic debiased machine
learning of causal and structural effects", Econometrica 90): no propensity is divided by. Both are
ridge regressions learned on the other folds than they are used on (Newey and Robins 2018,
"Cross-fitting and fast remainder rates for semiparametric estimation"). Either may be wrong.

Each fold's part needs its rows only through sums, so that a draw of a refuter, which changes the
sums, learns both again: nothing is kept of what was learned on other data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.effects.estimate.sieve import Sieve

PENALTY = 1.0
"""Ridge penalty of each column but the intercept, in rows."""


@dataclass(frozen=True)
class Sums:
    """Sums over the rows of each fold, with any axes of draws before them.

    Parameters
    ----------
    products
        float64 [..., folds, p, p], of the columns.
    outcomes
        float64 [..., folds, p, m], of columns and outcome.
    moved
        float64 [..., folds, p], of `Sieve.moved`.
    """

    products: np.ndarray
    outcomes: np.ndarray
    moved: np.ndarray


@dataclass(frozen=True)
class Learned:
    """What was learned for each fold, on the others.

    Parameters
    ----------
    coefficients
        float64 [..., folds, p, m], of the outcome.
    weights
        float64 [..., folds, p, f], of the representer.
    """

    coefficients: np.ndarray
    weights: np.ndarray


def learn(sums: Sums, masks: np.ndarray) -> Learned:
    """Learn outcome and weights for each fold from the other ones."""
    at = others(sums.moved, -2)[..., None] * masks.T
    wanted = np.concatenate([others(sums.outcomes, -3), at], axis=-1)
    found = np.linalg.solve(ridge(others(sums.products, -3)), wanted)
    many = sums.outcomes.shape[-1]
    return Learned(found[..., :many], found[..., many:])


def means(sums: Sums, learned: Learned, masks: np.ndarray) -> np.ndarray:
    """Return the mean at each value, or the slope, of each outcome, float64 [..., f, m]."""
    left = sums.outcomes - sums.products @ learned.coefficients
    at = np.swapaxes(sums.moved[..., None] * masks.T, -1, -2)
    each = at @ learned.coefficients + np.swapaxes(learned.weights, -1, -2) @ left
    rows = sums.products[..., 0, 0].sum(axis=-1)
    found: np.ndarray = each.sum(axis=-3) / rows[..., None, None]
    return found


def others(sums: np.ndarray, axis: int) -> np.ndarray:
    """Return the sums over all other folds, which lie along an axis."""
    found: np.ndarray = sums.sum(axis=axis, keepdims=True) - sums
    return found


def ridge(products: np.ndarray) -> np.ndarray:
    """Return products, [..., p, p], with the penalty of all columns but the intercept."""
    width = products.shape[-1]
    found = products.copy()
    found[..., np.arange(1, width), np.arange(1, width)] += PENALTY
    return found


def folded(sieve: Sieve, outcome: np.ndarray, starts: np.ndarray) -> Sums:
    """Return the sums of rows that lie fold by fold, each from one of `starts`, int64 [folds]."""
    ends = [*starts[1:], len(outcome)]
    parts = [slice(a, b) for a, b in zip(starts, ends, strict=True)]
    columns = [sieve.columns[part] for part in parts]
    return Sums(
        np.stack([each.T @ each for each in columns]),
        np.stack([each.T @ outcome[part] for each, part in zip(columns, parts, strict=True)]),
        np.add.reduceat(sieve.moved, starts, axis=0),
    )
