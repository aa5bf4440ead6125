"""p-values of pairs by comparison with the strengths of pairs known to be null.

The question is whether a pair stands out from what positions and frequencies alone give. Strengths
are taken on the log scale. A null draw gives the strengths of pairs without dependence: all pairs
where everything was permuted, and where a share of the variables was, the pairs that hold one of
these. All null pairs of all draws are one sample to compare with (Efron 2004, "Large-scale
simultaneous hypothesis testing: the choice of a null hypothesis", section 4, with the null
measured, not fitted).

Pairs are alike, and may be pooled, only after what they bring by themselves is taken out: how far
apart the two stand, how much their values vary. The null strengths are regressed on these and
residuals are compared, each by its own standard error: of a null pair ``sigma sqrt(1 - h)``, of an
observed one ``sigma sqrt(1 + h)``, h the leverage (Cook and Weisberg 1982, *Residuals and Influence
in Regression*, equations 2.1.6 and 2.2.1).

The tail is ``empirical``, ``(1 + number of null residuals at least as large) / (1 + their number)``
(Davison and Hinkley 1997, *Bootstrap Methods and their Application*, equation 4.11), which assumes
nothing of its shape and is never below 1 / (1 + number); or ``log_normal``, Student's t with the
regression's degrees of freedom, which goes further and assumes that the logarithms are normal.

`p_values_by_bulk` draws no null: it takes the pairs at hand, most of which are no edges where
graphs are sparse, and fits the null to their lower half (as Efron fits it to the centre). What
passes stands out from other pairs of the same model, which attend to indirect tellers, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from causattn.base import DataError

Tail = Literal["empirical", "log_normal"]


@dataclass(frozen=True)
class NullDraw:
    """Strengths of pairs in one draw of the null.

    Parameters
    ----------
    strength
        float64 [f, f], symmetric.
    permuted
        bool [f], the variables without dependence; a pair is null where it holds one.
    """

    strength: np.ndarray
    permuted: np.ndarray


def p_values_by_pairs(
    observed: np.ndarray,
    draws: Sequence[NullDraw],
    tail: Tail,
    bias: Sequence[np.ndarray] = (),
) -> np.ndarray:
    """Return p-values of pairs, float64 [f, f], symmetric, diagonal NaN.

    Parameters
    ----------
    observed
        Strengths of pairs, float64 [f, f], symmetric; 0 for a pair without attention.
    draws
        The null.
    tail
        How a residual becomes a p-value.
    bias
        Matrices float64 [f, f], symmetric, such as the distance of two variables in the documents;
        what null strengths have to do with them is taken out. A matrix with a value that is not a
        number, or alike for all pairs but for chance, is left out.

    Raises
    ------
    DataError
        Where the null has too few pairs with attention, or all have the same.
    """
    i, j = np.triu_indices(len(observed), 1)
    known = [(draw.strength[i, j] > 0) & (draw.permuted[i] | draw.permuted[j]) for draw in draws]
    null = np.concatenate(
        [np.log(d.strength[i, j][at]) for d, at in zip(draws, known, strict=True)]
    )
    explaining = _explaining(i, j, bias)
    design = np.concatenate([explaining[at] for at in known])
    rank = int(np.linalg.matrix_rank(design)) if len(design) else 0
    if len(null) < rank + 2 or np.ptp(null) == 0:
        raise DataError(
            f"The null has {len(null)} pairs with attention, too few or too alike to compare with; "
            "use more features or more candidates.draws."
        )
    inverse = np.linalg.pinv(design.T @ design)
    fitted = inverse @ design.T @ null
    residual = null - design @ fitted
    freedom = len(null) - rank
    sigma = np.sqrt((residual**2).sum() / freedom)
    with np.errstate(divide="ignore"):
        standing = (np.log(observed[i, j]) - explaining @ fitted) / sigma
    standing /= np.sqrt(1 + _leverage(explaining, inverse))
    if tail == "log_normal":
        found = stats.t.sf(standing, freedom)
    else:
        # A pair that the regression fits exactly says nothing of the spread.
        free = 1 - _leverage(design, inverse)
        drawn = np.sort(residual[free > 1e-9] / (sigma * np.sqrt(free[free > 1e-9])))
        above = len(drawn) - np.searchsorted(drawn, standing, side="left")
        found = (1 + above) / (1 + len(drawn))
    p_value = np.full(observed.shape, np.nan)
    p_value[i, j] = p_value[j, i] = found
    return p_value


def p_values_by_bulk(observed: np.ndarray) -> np.ndarray:
    """Return p-values of pairs against the bulk of them, float64 [f, f], symmetric, diagonal NaN.

    The logarithms of null strengths are taken as normal with the median of all, and the spread
    between the median and the 16% quantile, below which edges hardly are.

    Parameters
    ----------
    observed
        Strengths of pairs, float64 [f, f], symmetric; 0 for a pair without attention, which has
        p-value 1 and is not part of the bulk.

    Raises
    ------
    DataError
        For fewer than ten pairs with attention, or where the lower half is all alike.
    """
    i, j = np.triu_indices(len(observed), 1)
    with np.errstate(divide="ignore"):
        strength = np.log(observed[i, j])
    bulk = strength[np.isfinite(strength)]
    below = np.quantile(bulk, [stats.norm.cdf(-1), 0.5]) if len(bulk) else np.zeros(2)
    if len(bulk) < 10 or below[0] == below[1]:
        raise DataError(
            f"The {len(bulk)} pairs with attention are too few or too alike to find their bulk; "
            "use more features, or candidates.against=trained_on_permuted."
        )
    p_value = np.full(observed.shape, np.nan)
    p_value[i, j] = p_value[j, i] = stats.norm.sf((strength - below[1]) / (below[1] - below[0]))
    return p_value


def _explaining(i: np.ndarray, j: np.ndarray, bias: Sequence[np.ndarray]) -> np.ndarray:
    """Return what a pair's null strength is explained by, float64 [pairs, 1 + k]."""
    columns = [np.ones(len(i))]
    for matrix in bias:
        values = matrix[i, j]
        # Where all are equal but for chance, as distances in shuffled documents, it explains none.
        if np.isfinite(values).all() and np.ptp(values) > 0.1 * np.abs(values).max():
            columns.append(values)
    return np.column_stack(columns)


def _leverage(design: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    """Return the diagonal of ``design inverse design^T``, float64 [pairs]."""
    return np.einsum("pk,kl,pl->p", design, inverse, design)
