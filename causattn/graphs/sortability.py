"""Sortability: how well a true graph's order can be read off a trivial property of each variable.

Simulated data often have variances, coefficients of determination or signal-to-noise ratios that
grow along the causal order. Where they do, sorting the variables is a strong baseline and a good
result says little. Printed with every simulated data set.

======================== ===========================================================================
`var_sortability`        Reisach, Seiler and Weichwald (2021), "Beware of the simulated DAG!",
                         section 3.1
`r2_sortability`         Reisach et al. (2023), "A scale-invariant sorting criterion to find a
                         causal order in additive noise models", equation 3
`snr_sortability`        the same paper, section 3.2 (cause-explained variance)
======================== ===========================================================================

All are shares of directed paths (a pair counts once for every length at which a path joins it)
along which the property rises: 1 rises always, 0.5 says nothing, 0 falls always. The library that
the authors offer, CausalDisco, gives the same numbers and is what the tests compare with; it is not
used here because it multiplies p matrices of booleans however short the graph's paths are, which
takes minutes at hundreds of variables.
"""

from __future__ import annotations

import numpy as np

from causattn.base import DataError
from causattn.graphs.graph import CausalGraph

_ROUNDING = 1e-12
"""Differences of scores below this share of the largest are ties."""


def var_sortability(data: np.ndarray, truth: CausalGraph) -> float | None:
    """Return the share of directed paths along which the variance rises.

    Parameters
    ----------
    data
        float [n, p], columns in the order of the truth's variables.
    truth
        A DAG.

    Returns
    -------
    sortability
        Between 0 and 1; None for a graph without edges.

    Raises
    ------
    DataError
        Where the data's columns are not as many as the truth's variables.
    """
    return order_alignment(truth, np.var(_checked(data, truth), axis=0))


def r2_sortability(data: np.ndarray, truth: CausalGraph) -> float | None:
    """Return the share of directed paths along which the coefficient of determination rises.

    A variable's coefficient of determination is that of its regression on all others. Parameters,
    return value and errors are those of `var_sortability`.
    """
    return order_alignment(truth, coefficients_of_determination(_checked(data, truth)))


def snr_sortability(data: np.ndarray, truth: CausalGraph) -> float | None:
    """Return the share of directed paths along which the share explained by the parents rises.

    Parameters, return value and errors are those of `var_sortability`.
    """
    covariance = np.cov(_checked(data, truth), rowvar=False, ddof=0)
    explained = np.zeros(truth.size)
    for k in range(truth.size):
        parents = list(truth.parents(k))
        if parents:
            explained[k] = _explained(covariance, k, parents)
    return order_alignment(truth, explained)


def sortabilities(data: np.ndarray, truth: CausalGraph) -> dict[str, float | None]:
    """Return ``var_sortability``, ``r2_sortability`` and ``snr_sortability`` of one data set.

    Parameters, values and errors are those of `var_sortability`; all None for a truth that is no
    DAG or data with a constant column.
    """
    measures = (var_sortability, r2_sortability, snr_sortability)
    usable = truth.kind == "dag" and bool((np.var(_checked(data, truth), axis=0) > 0).all())
    return {measure.__name__: measure(data, truth) if usable else None for measure in measures}


def coefficients_of_determination(data: np.ndarray) -> np.ndarray:
    """Return each column's coefficient of determination given all others, float64 [p]."""
    correlation = np.corrcoef(data, rowvar=False)
    size = len(correlation)
    if np.linalg.matrix_rank(correlation) == size:
        return 1 - 1 / np.diagonal(np.linalg.inv(correlation))
    others = [[j for j in range(size) if j != k] for k in range(size)]
    return np.array([_explained(correlation, k, others[k]) for k in range(size)])


def order_alignment(truth: CausalGraph, scores: np.ndarray) -> float | None:
    """Return the share of directed paths along which `scores` rise; ties count a half.

    Parameters
    ----------
    truth
        A DAG.
    scores
        float [p].

    Returns
    -------
    share
        None for a graph without edges.
    """
    edges = truth.directed().astype(np.float32)
    difference = scores[None, :] - scores[:, None]
    ties = np.abs(difference) <= _ROUNDING * np.abs(scores).max(initial=0.0)
    weight = np.where(ties, 0.5, difference > 0)
    paths, right = 0.0, 0.0
    joined = edges
    while joined.any():
        paths += float(joined.sum())
        right += float((joined * weight).sum())
        joined = (joined @ edges > 0).astype(np.float32)
    return right / paths if paths else None


def _explained(covariance: np.ndarray, target: int, given: list[int]) -> float:
    """Return the share of a variable's variance that a linear regression on `given` explains."""
    inside = covariance[np.ix_(given, given)]
    across = covariance[given, target]
    weights = np.linalg.lstsq(inside, across, rcond=None)[0]
    return float(across @ weights / covariance[target, target])


def _checked(data: np.ndarray, truth: CausalGraph) -> np.ndarray:
    values = np.asarray(data, dtype=float)
    if values.ndim != 2 or values.shape[1] != truth.size:
        raise DataError(
            f"Sortability needs one column a variable: the data are {values.shape}, the truth has "
            f"{truth.size} variables."
        )
    return values
