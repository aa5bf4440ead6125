"""Whose noise comes first, by pairwise likelihood ratios of all pairs at once.

Hyvärinen and Smith (2013), "Pairwise likelihood ratios for estimation of non-Gaussian structural
equation models", JMLR 14: which of two variables causes the other is the sign of a difference of
entropies, of the variables and of what each leaves of the other. causal-learn asks pair by pair and
works out every entropy four times.
"""

from __future__ import annotations

import numpy as np

_LOG_COSH, _ODD, _GAUSSIAN_LOG_COSH = 79.047, 7.4129, 0.37457


def entropies(standardised: np.ndarray) -> np.ndarray:
    """Return approximate entropies of variables of mean 0 and variance 1.

    Hyvärinen (1998), "New approximations of differential entropy", as causal-learn has it.

    Parameters
    ----------
    standardised
        float64 [variables, rows].
    """
    size = np.abs(standardised)
    log_cosh = np.mean(size + np.log(1 + np.exp(-2 * size)), axis=1) - np.log(2)
    odd = np.mean(standardised * np.exp(-0.5 * standardised**2), axis=1)
    gaussian = 0.5 * (1 + np.log(2 * np.pi))
    return gaussian - _LOG_COSH * (log_cosh - _GAUSSIAN_LOG_COSH) ** 2 - _ODD * odd**2


def first_cause(values: np.ndarray) -> int:
    """Return which variable speaks least against causing all others.

    Parameters
    ----------
    values
        float64 [rows, variables].
    """
    rows, size = values.shape
    centred = (values - values.mean(axis=0)).T
    standardised = np.ascontiguousarray(centred / centred.std(axis=1, keepdims=True))
    # The slope as causal-learn has it: a covariance divided by n - 1 over a variance by n.
    slope = standardised @ standardised.T / (rows - 1)
    own = entropies(standardised)
    left = np.empty((size, size))  # of the row's variable, once the column's has explained it
    for cause in range(size):
        rest = standardised - slope[:, cause, None] * standardised[cause]
        spread = rest.std(axis=1, keepdims=True)
        spread[cause] = 1.0
        left[:, cause] = entropies(rest / spread)
    difference = own[None, :] + left - own[:, None] - left.T
    np.fill_diagonal(difference, 0.0)
    return int(np.argmin((np.minimum(difference, 0.0) ** 2).sum(axis=1)))
