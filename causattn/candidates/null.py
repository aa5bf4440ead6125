"""p-values of pairs against attention over other documents, and false-discovery control.

`p_values_by_documents` asks whether the attention between i and j depends on what the documents say
of the other features: Welch's statistic of the mean over documents against the mean over null
documents, with the normal tail. The documents' own frequencies and positions are in both, and both
are read with the same model, so that the documents are the only thing drawn.

What this can show depends on whose attention it is. A model that was trained on the corpus keeps
what it learnt in its weights and attends in permuted documents much as it does in real ones (on
asia the null's attention ranks the true edges as well as the real one does). For edges, compare by
pairs (`causattn.candidates.pairs`) with models trained on permuted documents.

The false discovery rate is controlled by Benjamini and Hochberg (1995), "Controlling the false
discovery rate", or under any dependence by Benjamini and Yekutieli (2001), "The control of the
false discovery rate in multiple testing under dependency", theorem 1.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy import stats

from causattn.base import ConfigError

if TYPE_CHECKING:
    from causattn.attention import AttentionMoments, AttentionSummary
    from causattn.attribution import AttributionSummary

    Summary: TypeAlias = AttentionSummary | AttributionSummary


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


def check_heads(summary: Summary, null: Summary, against: str) -> None:
    """Check that one model's attention is compared head by head.

    Where heads are chosen by their entropy, the documents choose them. A null of another model,
    trained on permuted documents or not at all, has its own by the same rule: heads of two models
    have nothing in common but what the rule says of them. One model's over permuted documents
    must have those of the documents, or heads would be compared and not documents.

    Parameters
    ----------
    summary, null
        What is compared.
    against
        Whose attention the null is, as in `NullSettings`.

    Raises
    ------
    ConfigError
        Where one model's mean is over other heads in the null.
    """
    ours, others = (each.about.get("heads_of_mean") for each in (summary, null))
    if against == "permuted" and ours != others:
        raise ConfigError(
            f"attention.entropy chooses the heads (layer, head) {ours} in the documents and "
            f"{others} in the permuted ones, so that their means do not compare; set "
            "attention.entropy=null and name candidates.layers and candidates.heads, or choose "
            "candidates.against=trained_on_permuted."
        )


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
