"""p-values of pairs against attention without dependence, and false-discovery control.

Two comparisons, for two questions:

* ``documents``: does the attention between i and j depend on what the documents say of the other
  features? Welch's statistic of the mean over documents against the mean over null documents,
  with the normal tail. The documents' own frequencies and positions are in both.
* ``pairs``: does the pair stand out from what positions and frequencies alone give? The strength
  of the pair against the null's strengths over all pairs, taken as log-normal: a new draw from
  n normal values has ``(x - mean) / (sd sqrt(1 + 1/n))`` distributed as Student's t with n - 1
  degrees of freedom. The empirical null of Efron (2004), "Large-scale simultaneous hypothesis
  testing: the choice of a null hypothesis", section 4, with the null measured, not fitted.

What the null can tell depends on whose attention it is. A model that was trained on the corpus
keeps what it learnt in its weights and attends in permuted documents much as it does in real ones:
`documents` with that same model tests dependence on the words at hand, and is no test of edges
(on asia the null's attention ranks the true edges as well as the real one does). For edges, take
the attention of a model trained on permuted documents as the null, and `pairs`.

The false discovery rate is controlled by Benjamini and Hochberg (1995), "Controlling the false
discovery rate", or under any dependence by Benjamini and Yekutieli (2001), "The control of the
false discovery rate in multiple testing under dependency", theorem 1.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from causattn.base import DataError

if TYPE_CHECKING:
    from causattn.attention import AttentionMoments


def p_values_by_documents(observed: AttentionMoments, null: AttentionMoments) -> np.ndarray:
    """Return p-values of pairs, float64 [f, f], symmetric; NaN where nothing can be compared.

    Parameters
    ----------
    observed, null
        Moments [1, 1, f, f] of attention paid from row to column over the documents, and over
        documents without dependence.

    Returns
    -------
    numpy.ndarray
        For each pair the smaller of its two one-sided p-values p, as ``1 - (1 - p)^2`` (Sidak
        1967): the pair's strength is the larger of two scores. One direction alone where the
        other was never observed.
    """
    difference = (observed.mean() - null.mean())[0, 0]
    error = np.hypot(observed.standard_error(), null.standard_error())[0, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        one_sided = stats.norm.sf(difference / error)
    # Attention that never varies: equal to the null's is no evidence at all.
    one_sided = np.where((error == 0) & (difference == 0), 1.0, one_sided)
    seen = np.isfinite(one_sided).astype(int)
    smaller = np.fmin(one_sided, one_sided.T)
    p_value = -np.expm1((seen + seen.T) * np.log1p(-np.minimum(smaller, 1 - 1e-16)))
    p_value[(seen + seen.T) == 0] = np.nan
    np.fill_diagonal(p_value, np.nan)
    return p_value


def p_values_by_pairs(observed: np.ndarray, null: np.ndarray) -> np.ndarray:
    """Return p-values of pairs, float64 [f, f], symmetric, diagonal NaN.

    Parameters
    ----------
    observed, null
        Strengths of pairs, float64 [f, f], symmetric.

    Raises
    ------
    DataError
        Where the null has fewer than three pairs with attention, or all have the same.
    """
    drawn = null[np.triu_indices(len(null), 1)]
    drawn = np.log(drawn[drawn > 0])
    if len(drawn) < 3 or np.ptp(drawn) == 0:
        raise DataError(
            f"The null has {len(drawn)} pairs with attention, too few or too alike to compare "
            "with; use more features, or candidates.compare=documents."
        )
    spread = drawn.std(ddof=1) * np.sqrt(1 + 1 / len(drawn))
    with np.errstate(divide="ignore"):
        p_value = stats.t.sf((np.log(observed) - drawn.mean()) / spread, len(drawn) - 1)
    np.fill_diagonal(p_value, np.nan)
    return p_value


def discoveries(p_value: np.ndarray, rate: float, correction: str) -> np.ndarray:
    """Return which pairs pass at a false discovery rate, bool [f, f], symmetric.

    Parameters
    ----------
    p_value
        float64 [f, f], symmetric; pairs that are NaN never pass and are not counted.
    rate
        The false discovery rate.
    correction
        ``"benjamini_hochberg"`` or ``"benjamini_yekutieli"``.
    """
    i, j = np.triu_indices(len(p_value), 1)
    tested = np.isfinite(p_value[i, j])
    i, j = i[tested], j[tested]
    passed = np.zeros(p_value.shape, dtype=bool)
    if len(i):
        method = {"benjamini_hochberg": "bh", "benjamini_yekutieli": "by"}[correction]
        adjusted = stats.false_discovery_control(p_value[i, j], method=method)
        passed[i, j] = passed[j, i] = adjusted <= rate
    return passed
