"""From an `AttentionSummary` to one score a pair of features.

An attention summary says what is paid: row i attends to column j. Information flows the other
way. The score is **turned over once, here**: ``score[i, j]`` is the attention that j pays to i,
evidence for flow from row to column.

Mean and maximum over layers and heads are how raw attention is usually read (Clark et al. 2019,
"What does BERT look at?"; Vig and Belinkov 2019, "Analyzing the structure of attention in a
transformer language model"); the other measures name their papers where they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from causattn.attention import MEASURES
from causattn.base import ConfigError, DataError, choose

if TYPE_CHECKING:
    from causattn.attention import AttentionMoments, AttentionSummary, Measure
    from causattn.attribution import AttributionSummary

LARGEST = "max"
"""The aggregate that is no measure: the largest of the raw weights over layers and heads."""


def attention_score(
    summary: AttentionSummary,
    aggregate: str = "mean",
    *,
    layers: tuple[int, ...] | None = None,
    heads: tuple[int, ...] | None = None,
    pooled: np.ndarray | None = None,
) -> np.ndarray:
    """Return the score of every ordered pair, float64 [f, f], from row to column, diagonal 0.

    Parameters
    ----------
    summary
        Attention over a corpus.
    aggregate
        A measure (`causattn.attention.MEASURES`), its mean over documents, and over layers and
        heads where it keeps them apart; or ``"max"``, the largest raw weight of any layer and head.
    layers, heads
        Which layers and heads to take, as numbered in the model; None for all that were summed.
    pooled
        bool [f], features that stand for what a classifier reads off its pooled position. Every
        token pays much to that position, whatever it says, so that only what the position itself
        pays counts. None for none.

    Raises
    ------
    ConfigError
        Where there is no such measure, the summary lacks it, the layer or the head, or the measure
        runs through all layers and heads and some are chosen.
    DataError
        Where no feature pays any attention to another, or a score is not a number.
    """
    if aggregate == LARGEST:
        paid = _by_head(summary, "raw", layers, heads).max((0, 1))
    else:
        measure = proposing(aggregate)
        some = layers is not None or heads is not None
        if some and not (measure.per_head or measure.by_head):
            raise ConfigError(
                f"candidates.aggregate={aggregate} runs through all layers and heads; leave "
                "candidates.layers and candidates.heads null."
            )
        if measure.by_head and (some or aggregate not in summary.measures):
            measure = MEASURES[measure.by_head]
        if measure.per_head:
            paid = _by_head(summary, measure.name, layers, heads).mean((0, 1))
        else:
            paid = measured(summary, measure.name).mean()[0, 0]
    score = paid.T.copy()
    np.fill_diagonal(score, 0.0)
    if pooled is not None:
        score[pooled] = 0.0
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
    aggregate: str = "mean",
    *,
    layers: tuple[int, ...] | None = None,
    heads: tuple[int, ...] | None = None,
    pooled: np.ndarray | None = None,
) -> np.ndarray:
    """Return `attribution_score`, or `attention_score` with its aggregate, as the summary is.

    Raises
    ------
    ConfigError
        Where an aggregate over layers and heads, or a choice of them, is asked of an attribution.
    """
    from causattn.attribution import AttributionSummary  # torch is loaded where it is needed

    if not isinstance(summary, AttributionSummary):
        return attention_score(summary, aggregate, layers=layers, heads=heads, pooled=pooled)
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
    if measure in summary.about.get("measures_left_out", ()):
        raise ConfigError(
            f"Candidates need the measure {measure}, which compares or follows the tokens of one "
            "stack and was left out of attention from decoder to encoder; choose another "
            "candidates.aggregate, or attention.stack=encoder or decoder."
        )
    if measure not in summary.measures:
        raise ConfigError(
            f"Candidates need the measure {measure}, and the attention summary has "
            f"{', '.join(summary.measures)}; add {measure} to attention.measures."
        )
    return summary.measures[measure]


def screen_of(summary: AttentionSummary | AttributionSummary) -> str:
    """Return what scored the pairs: attention, or an explainer's name."""
    return str(getattr(summary, "method", "attention"))


def score_in_words(summary: AttentionSummary | AttributionSummary, aggregate: str) -> str:
    """Return in words how the pairs were scored."""
    screen = screen_of(summary)
    if screen == "attention":
        return f"{aggregate} attention"
    return f"mean absolute {screen.replace('_', ' ')}"


def check_aggregate(aggregate: str) -> None:
    """Raise where an aggregate is neither a measure that proposes pairs nor the largest weight.

    Raises
    ------
    ConfigError
        See `proposing`.
    """
    if aggregate != LARGEST:
        proposing(aggregate)


def proposing(aggregate: str) -> type[Measure]:
    """Return the measure of an aggregate.

    Raises
    ------
    ConfigError
        Where there is none of this name, or it makes no score of pairs.
    """
    if aggregate not in MEASURES:
        choose(aggregate, {LARGEST: None, **dict.fromkeys(MEASURES)}, "candidates.aggregate")
    measure = MEASURES[aggregate]
    if not measure.proposes:
        raise ConfigError(
            f"candidates.aggregate={aggregate}: the measure {aggregate} makes no score of pairs; "
            "choose another, such as mean."
        )
    return measure


def has_error(aggregate: str) -> bool:
    """Return whether an aggregate is one number a document, so that its error is known."""
    return aggregate != LARGEST and not proposing(aggregate).per_head


def _by_head(
    summary: AttentionSummary,
    measure: str,
    layers: tuple[int, ...] | None,
    heads: tuple[int, ...] | None,
) -> np.ndarray:
    """Return the means over documents in the layers and heads wanted, [layers, heads, f, f]."""
    parts = measured(summary, measure).mean()
    places = (
        _places(summary, "layers", layers, parts.shape[0]),
        _places(summary, "heads", heads, parts.shape[1]),
    )
    return parts[np.ix_(*places)]


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
