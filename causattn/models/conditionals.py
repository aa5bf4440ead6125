"""Every variable's regression on all others, fitted at once: the pseudo-likelihood of a table.

Besag (1975), "Statistical analysis of non-lattice data": the product of each variable's
conditional given the rest. Here a conditional is a multinomial logistic regression on indicators of
the others' values, with a ridge; what two variables say of each other is not tied, so that these
are as many separate regressions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from causattn.base import say

RIDGE = 1.0


@dataclass(frozen=True)
class Conditionals:
    """Regressions of each of v variables on the others, over the C values of all.

    Parameters
    ----------
    sizes
        int64 [v], how many values each has.
    intercept
        float64 [C], one a value.
    weights
        float64 [C, C], from a value of one variable to a value of another; 0 within a variable.
    """

    sizes: np.ndarray
    intercept: np.ndarray
    weights: np.ndarray

    def surprise(self, codes: np.ndarray) -> np.ndarray:
        """Return minus the log-probability of each value given the others in its row.

        Parameters
        ----------
        codes
            int64 [n, v], the number of each value, -1 where it is not known.

        Returns
        -------
        ndarray
            float64 [n, v], in nats; NaN where the value is not known.
        """
        columns = indicators(codes, self.sizes)
        chance = _chances(columns @ self.weights + self.intercept, self.sizes)
        starts = _starts(self.sizes)
        own = np.add.reduceat(chance * columns, starts, axis=1)
        with np.errstate(divide="ignore"):
            return np.where(codes < 0, np.nan, -np.log(own))


def fit_conditionals(codes: np.ndarray, sizes: np.ndarray) -> Conditionals:
    """Return the regressions with the least loss over rows, plus half the squared weights.

    Parameters
    ----------
    codes
        int64 [n, v], -1 where a value is not known: its row then teaches nothing of it, and it
        says nothing of the others.
    sizes
        int64 [v], how many values each variable has.
    """
    rows, times = np.unique(codes, axis=0, return_counts=True)
    columns = indicators(rows, sizes)
    width, owner = columns.shape[1], np.repeat(np.arange(len(sizes)), sizes)
    free = owner[:, None] != owner
    taught = times[:, None] * (rows >= 0)[:, owner]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        intercept, weights = flat[:width], flat[width:].reshape(width, width)
        chance = _chances(columns @ weights + intercept, sizes)
        own = np.add.reduceat(chance * columns, _starts(sizes), axis=1)
        surprise = np.where(rows >= 0, -np.log(np.where(rows >= 0, own, 1.0)), 0.0)
        residual = taught * (chance - columns)
        slope = np.where(free, columns.T @ residual + RIDGE * weights, 0.0)
        total = float(times @ surprise.sum(1) + RIDGE / 2 * (weights**2).sum())
        gradient = np.concatenate([residual.sum(0), slope.ravel()])
        return total / len(codes), gradient / len(codes)

    start = np.zeros(width + width**2)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-7})
    if not found.success:
        say(
            f"conditionals: the regression stopped before its least loss ({found.message}); more "
            "of the loss can be reached than it says.",
            error=True,
        )
    return Conditionals(sizes, found.x[:width], found.x[width:].reshape(width, width))


def frequencies(codes: np.ndarray, sizes: np.ndarray) -> Conditionals:
    """Return the same without any dependence: each value's share of the rows, one row added."""
    counts = indicators(codes, sizes).sum(0)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    return Conditionals(
        sizes, np.log(counts + 1 / sizes[owner]), np.zeros((len(owner), len(owner)))
    )


def indicators(codes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return one column a value, float64 [n, C]; a value that is not known has none."""
    known, variable = np.nonzero(codes >= 0)
    columns = np.zeros((len(codes), int(sizes.sum())))
    columns[known, _starts(sizes)[variable] + codes[known, variable]] = 1
    return columns


def _starts(sizes: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(sizes)[:-1]])


def _chances(logits: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return each variable's softmax, float64 [n, C]."""
    starts, owner = _starts(sizes), np.repeat(np.arange(len(sizes)), sizes)
    raised = np.exp(logits - np.maximum.reduceat(logits, starts, axis=1)[:, owner])
    return raised / np.add.reduceat(raised, starts, axis=1)[:, owner]
