"""From an `AttentionSummary` to one score a pair of features.

An attention summary says what is paid: row i attends to column j. Information flows the other
way. The score is **turned over once, here**: ``score[i, j]`` is the attention that j pays to i,
evidence for flow from row to column.

Mean and maximum over layers and heads are how raw attention is usually read (Clark et al. 2019,
"What does BERT look at?"; Vig and Belinkov 2019, "Analyzing the structure of attention in a
transformer language model"); the other measures name their papers where they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from causattn.base import ConfigError, DataError

if TYPE_CHECKING:
    from causattn.attention import AttentionMoments, AttentionSummary
    from causattn.attribution import AttributionSummary

Aggregate = Literal["mean", "max", "rollout", "flow", "norm", "gradient"]
THROUGH_ALL = ("rollout", "flow", "gradient")
"""Aggregates that run through all layers and heads, so that none can be chosen."""


def attention_score(
    summary: AttentionSummary,
    aggregate: Aggregate = "mean",
    *,
    layers: tuple[int, ...] | None = None,
    heads: tuple[int, ...] | None = None,
) -> np.ndarray:
    """Return the score of every ordered pair, float64 [f, f], from row to column, diagonal 0.

    Parameters
    ----------
    summary
        Attention over a corpus.
    aggregate
        ``"mean"`` or ``"max"`` over layers and heads of the mean over documents; ``"norm"``
        (Kobayashi et al. 2020), the mean over layers and heads of attention times the norm of what
        it carries; or, averaged over documents, ``"rollout"`` and ``"flow"`` (Abnar and Zuidema
        2020) or ``"gradient"`` (Chefer, Gur and Wolf 2021).
    layers, heads
        Which layers and heads to take, as numbered in the model; None for all that were summed.

    Raises
    ------
    ConfigError
        Where the summary lacks the measure, the layer or the head.
    DataError
        Where no feature pays any attention to another, or a score is not a number.
    """
    if aggregate in THROUGH_ALL:
        if layers is not None or heads is not None:
            raise ConfigError(
                f"candidates.aggregate={aggregate} runs through all layers and heads; leave "
                "candidates.layers and candidates.heads null."
            )
        paid = measured(summary, aggregate).mean()[0, 0]
    elif aggregate == "mean" and layers is None and heads is None and "mean" in summary.measures:
        paid = summary.measures["mean"].mean()[0, 0]
    else:
        parts = measured(summary, "norm" if aggregate == "norm" else "raw").mean()
        places = (
            _places(summary, "layers", layers, parts.shape[0]),
            _places(summary, "heads", heads, parts.shape[1]),
        )
        parts = parts[np.ix_(*places)]
        paid = parts.max((0, 1)) if aggregate == "max" else parts.mean((0, 1))
    score = paid.T.copy()
    np.fill_diagonal(score, 0.0)
    if not np.isfinite(score).all():
        i, j = np.argwhere(~np.isfinite(score))[0]
        raise DataError(
            f"The attention from {summary.names[j]} to {summary.names[i]} is not a number; "
            "summarise it again with a model whose attention is finite (float32)."
        )
    if not score.any():
        raise DataError(
            "No feature pays any attention to another: no document carries two of them, or none "
            "after the other in a model that reads from left to right; use features that occur "
            "together."
        )
    return score


def attribution_score(summary: AttributionSummary) -> np.ndarray:
    """Return the mean absolute contribution, float64 [f, f], from row to column, diagonal 0.

    A summary's rows are explained by its columns; as for attention the matrix is turned over here:
    ``score[i, j]`` is what i contributes to what the model says of j.

    Parameters
    ----------
    summary
        Attribution over a corpus.

    Raises
    ------
    DataError
        Where nothing contributes to anything, or a score is not a number.
    """
    score = summary.moments.mean()[0, 0].T.copy()
    np.fill_diagonal(score, 0.0)
    if not np.isfinite(score).all() or not score.any():
        raise DataError(
            f"The attribution by {summary.method} is 0 everywhere or not a number; explain a model "
            "in float32 with features that occur together."
        )
    return score


def summary_score(
    summary: AttentionSummary | AttributionSummary,
    aggregate: Aggregate = "mean",
    *,
    layers: tuple[int, ...] | None = None,
    heads: tuple[int, ...] | None = None,
) -> np.ndarray:
    """Return `attribution_score`, or `attention_score` with its aggregate, as the summary is.

    Raises
    ------
    ConfigError
        Where an aggregate over layers and heads, or a choice of them, is asked of an attribution.
    """
    from causattn.attribution import AttributionSummary  # torch is loaded where it is needed

    if not isinstance(summary, AttributionSummary):
        return attention_score(summary, aggregate, layers=layers, heads=heads)
    check_one_score(summary.method, aggregate, layers, heads)
    return attribution_score(summary)


def check_one_score(
    method: str,
    aggregate: str,
    layers: tuple[int, ...] | None,
    heads: tuple[int, ...] | None,
) -> None:
    """Raise where something is asked of an attribution that only attention has.

    Raises
    ------
    ConfigError
        For an aggregate other than the mean, or chosen layers or heads.
    """
    if aggregate != "mean" or layers is not None or heads is not None:
        raise ConfigError(
            f"candidates.aggregate, candidates.layers and candidates.heads say how attention "
            f"becomes one score, and attribution={method} gives one score; leave them at mean, "
            "null and null."
        )


def measured(summary: AttentionSummary, measure: str) -> AttentionMoments:
    """Return a measure of the summary.

    Raises
    ------
    ConfigError
        Where it was not summed.
    """
    if measure not in summary.measures:
        raise ConfigError(
            f"Candidates need the measure {measure}, and the attention summary has "
            f"{', '.join(summary.measures)}; add {measure} to attention.measures."
        )
    return summary.measures[measure]


def _places(
    summary: AttentionSummary, what: str, wanted: tuple[int, ...] | None, size: int
) -> np.ndarray:
    """Return where the wanted layers or heads stand in moments that keep `size` of them."""
    known = list(summary.about.get(what, range(size)))
    for number in wanted or ():
        if number not in known:
            raise ConfigError(
                f"candidates.{what}={list(wanted or ())}: the attention summary has {what} "
                f"{', '.join(map(str, known))}; choose among them, or sum more "
                f"(attention.{what})."
            )
    if wanted is None:
        return np.arange(size)
    if not wanted:
        raise ConfigError(f"candidates.{what}=[] leaves nothing; name some, or null for all.")
    return np.array([known.index(number) for number in wanted])
