"""Doubly robust estimates with cross-fitting, from sums of products of the folds.

With b(t, z) the columns of a regression, m = b'beta of the outcome, and D(z) the columns at the
value that is asked about (or their slope in t), the effect is the mean of

    D'beta + a (y - b'beta),    a = b'rho,

where beta solves (G + L) beta = sum b y, and rho, the weights' (Riesz) representer, the equation of
the same matrix, (G + K) rho = sum D (Chernozhukov, Newey and Singh 2022, "Automatic debiased
machine learning of causal and structural effects", Econometrica 90): no propensity is divided by.
Both are ridge regressions learned on the other folds than they are used on (Newey and Robins 2018,
"Cross-fitting and fast remainder rates for semiparametric estimation"). Either may be wrong. Their
penalties, L and K, are those of least loss on the folds that were not learned from: the squared
error, and for the weights rho'G rho - 2 rho'sum D (the same paper, section 3).

The effect is a sum of outcomes, each with a weight that follows from the columns alone. A row of
fold k weighs a, and what it moves the regressions of the other folds by:

    a + b'u,    u = sum over folds j but k of (G_-j + L)^-1 (sum D - G rho)_j.

Where the weights balance the columns on each fold, as they do in large samples, u is 0. With few
rows of a value it is not, and standard errors without it are too small.

Each fold's part needs its rows only through sums, so that a draw of a refuter, which changes the
sums, learns both again: nothing is kept of what was learned on other data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from causattn.effects.estimate.sieve import Sieve

PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
"""Ridge penalties that are tried, of each column but the intercept, in rows."""


class Penalties(NamedTuple):
    """The penalties of the outcome's regression and of the weights'."""

    outcome: float
    weights: float


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


def choose_penalties(sums: Sums, masks: np.ndarray) -> Penalties:
    """Return the penalties of least loss on the folds that were not learned from."""
    on = np.concatenate([sums.outcomes, sums.moved[..., None] * masks.T], axis=-1)
    products = others(sums.products, -3)
    tried = np.stack([ridge(products, penalty) for penalty in PENALTIES])
    found = np.linalg.solve(tried, others(on, -3))
    each = (found * (sums.products @ found - 2.0 * on)).sum(axis=(1, 2))
    many = sums.outcomes.shape[-1]
    losses = each[:, :many].sum(axis=1), each[:, many:].sum(axis=1)
    outcome, weights = (PENALTIES[int(loss.argmin())] for loss in losses)
    return Penalties(outcome, weights)


def learn(sums: Sums, masks: np.ndarray, penalties: Penalties) -> Learned:
    """Learn outcome and weights for each fold from the other ones."""
    products = others(sums.products, -3)
    at = others(sums.moved, -2)[..., None] * masks.T
    on = others(sums.outcomes, -3)
    return Learned(
        np.linalg.solve(ridge(products, penalties.outcome), on),
        np.linalg.solve(ridge(products, penalties.weights), at),
    )


def row_weights(
    sums: Sums, learned: Learned, masks: np.ndarray, penalties: Penalties
) -> np.ndarray:
    """Return what rows weigh in the effect, on their columns, float64 [..., folds, p, f]."""
    unbalanced = sums.moved[..., None] * masks.T - sums.products @ learned.weights
    own = np.linalg.solve(ridge(others(sums.products, -3), penalties.outcome), unbalanced)
    found: np.ndarray = learned.weights + others(own, -3)
    return found


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


def ridge(products: np.ndarray, penalty: float) -> np.ndarray:
    """Return products, [..., p, p], with the penalty of all columns but the intercept."""
    width = products.shape[-1]
    found = products.copy()
    found[..., np.arange(1, width), np.arange(1, width)] += penalty
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
