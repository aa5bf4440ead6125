"""From an `AttentionSummary` to one score a pair of features.

An attention summary says what is paid: row i attends to column j. Information flows the other
way. The score is **turned over once, here**: ``score[i, j]`` is the attention that j pays to i,
evidence for flow from row to column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from causattn.base import ConfigError, DataError

if TYPE_CHECKING:
    from causattn.attention import AttentionMoments, AttentionSummary

Aggregate = Literal["mean", "max", "rollout"]


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
        ``"mean"`` or ``"max"`` over layers and heads of the mean over documents, or ``"rollout"``
        (Abnar and Zuidema 2020), averaged over documents.
    layers, heads
        Which layers and heads to take, as numbered in the model; None for all that were summed.

    Raises
    ------
    ConfigError
        Where the summary lacks the measure, the layer or the head.
    DataError
        Where no feature pays any attention to another, or a score is not a number.
    """
    if aggregate == "rollout":
        if layers is not None or heads is not None:
            raise ConfigError(
                "candidates.aggregate=rollout runs through all layers and heads; leave "
                "candidates.layers and candidates.heads null."
            )
        paid = measured(summary, "rollout").mean()[0, 0]
    elif aggregate == "mean" and layers is None and heads is None and "mean" in summary.measures:
        paid = summary.measures["mean"].mean()[0, 0]
    else:
        parts = measured(summary, "raw").mean()
        parts = parts[np.ix_(_places(summary, "layers", layers), _places(summary, "heads", heads))]
        paid = parts.mean((0, 1)) if aggregate == "mean" else parts.max((0, 1))
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


def _places(summary: AttentionSummary, what: str, wanted: tuple[int, ...] | None) -> np.ndarray:
    """Return where the wanted layers or heads stand in the summary's raw moments."""
    axis = {"layers": 0, "heads": 1}[what]
    size = summary.measures["raw"].sum.shape[axis]
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
