"""The selector by comparison with a null, at a false discovery rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causattn.attention import MEASURES
from causattn.base import ConfigError, DataError, above_zero
from causattn.candidates.bias import bias_of, distances, entropies
from causattn.candidates.contract import ScoredPairs, Selection
from causattn.candidates.null import check_heads, discoveries, p_values_by_documents
from causattn.candidates.pairs import NullDraw, Tail, p_values_by_bulk, p_values_by_pairs
from causattn.candidates.restricting import RestrictingSelector, RestrictingSettings
from causattn.candidates.score import has_error, measured, screen_of, summary_score
from causattn.features import pooled_features

if TYPE_CHECKING:
    from causattn.attention import AttentionMoments
    from causattn.candidates.contract import Summary


@dataclass(frozen=True)
class NullSettings(RestrictingSettings):
    """Pairs with more attention than a null gives, in which features do not depend on one another.

    What the false discovery rate is held for, and where it is not: results/calibration.md.

    Parameters
    ----------
    against
        Whose attention the null is: ``"trained_on_permuted"``, the same network trained on permuted
        documents; ``"permuted"``, the model's own over permuted documents, for a model that was not
        trained on the corpus; ``"untrained"``, that of the same network with fresh weights; or
        ``"bulk"``: the lower half of the pairs at hand, on the log scale, and nothing is drawn.
    draws
        How many such nulls are drawn, each with a permutation (or weights) of its own.
    share
        Share of the variables that a draw permutes: with 1 no dependence is left at all; with less
        the others keep theirs, and the pairs of a permuted variable are the null.
    compare
        ``"pairs"``: each pair with all null pairs; ``"documents"``: each pair's mean over documents
        with its mean over permuted documents, with against permuted, draws 1 and share 1.
    tail
        By pairs: ``"empirical"``, the share of null pairs that are as strong, or ``"log_normal"``,
        which goes on where no null pair is and lets a little more through than it should.
    remove_bias
        By pairs: take out what the null has to do with distance in the documents and entropy of
        values.
    false_discovery_rate
        Expected share of false pairs among those let through; false, for a drawn null, is a pair
        with a variable that has nothing to do with the others.
    correction
        ``"benjamini_hochberg"``, or ``"benjamini_yekutieli"``, which holds under any dependence.
    """

    against: Literal["trained_on_permuted", "permuted", "untrained", "bulk"] = "trained_on_permuted"
    draws: int = 4
    share: float = 0.5
    compare: Literal["pairs", "documents"] = "pairs"
    tail: Tail = "empirical"
    remove_bias: bool = True
    false_discovery_rate: float = 0.05
    correction: Literal["benjamini_hochberg", "benjamini_yekutieli"] = "benjamini_hochberg"

    def __post_init__(self) -> None:
        super().__post_init__()
        rate = self.false_discovery_rate
        if not 0 < rate < 1:
            raise ConfigError(
                f"candidates.false_discovery_rate={rate} should lie between 0 and 1; change it."
            )
        above_zero(self, "candidates", "draws")
        if not 0 < self.share <= 1:
            raise ConfigError(f"candidates.share={self.share} should be in (0, 1]; change it.")
        if self.share < 1 and self.against == "untrained":
            raise ConfigError(
                "candidates.share is that of permuted variables, and candidates.against=untrained "
                "permutes none; set share=1, or another one."
            )
        if self.compare == "documents":
            self._check_documents()

    def _check_documents(self) -> None:
        """Check what is compared document by document."""
        if (self.against, self.draws, self.share) != ("permuted", 1, 1.0):
            raise ConfigError(
                "candidates.compare=documents holds the model and compares the documents alone: it "
                "goes with against=permuted, draws=1 and share=1; set these, or compare=pairs."
            )
        if not has_error(self.aggregate):
            raise ConfigError(
                f"candidates.aggregate={self.aggregate} has no error of its own over documents; "
                "choose mean or rollout, or compare=pairs."
            )
        if self.layers or self.heads:
            raise ConfigError(
                "candidates.compare=documents needs the error of a mean over layers and heads, "
                "which only the capture can give; name them in attention.layers and "
                "attention.heads instead."
            )


class AgainstNull(RestrictingSelector):
    """Pairs with more attention than a null without dependence gives may be adjacent."""

    name = "against_null"
    settings = NullSettings
    paper = (
        "Benjamini and Hochberg (1995), Controlling the false discovery rate; Efron (2004), "
        "Large-scale simultaneous hypothesis testing: the choice of a null hypothesis"
    )

    def null_draws(self, settings: NullSettings) -> tuple[str, int, float]:
        """Return whose attention is drawn, how often, and the share of variables permuted."""
        if settings.against == "bulk":
            return "", 0, 1.0
        return settings.against, settings.draws, settings.share

    def choose(self, settings: NullSettings, pairs: ScoredPairs) -> Selection:
        """Return the pairs that pass at the false discovery rate."""
        assert pairs.summary is not None
        self._check(settings, pairs.summary, pairs.null)
        p_value, bias = _p_values(settings, pairs)
        return Selection(
            discoveries(p_value, settings.false_discovery_rate, settings.correction),
            _rule(settings),
            p_value,
            {"bias": bias},
        )

    def _check(self, settings: NullSettings, summary: Summary, null: Sequence[Summary]) -> None:
        """Raise where the null's draws do not fit what they are compared with."""
        _, wanted, _ = self.null_draws(settings)
        if len(null) != wanted:
            raise ConfigError(
                f"candidates=against_null is compared with candidates.draws={wanted} null(s), and "
                f"{len(null)} were given; give as many, or choose candidates=top_k."
            )
        for each in null:
            if each.names != summary.names or each.query != summary.query:
                raise DataError(
                    "The null's attention is over other features or in another query mode; "
                    "summarise it with the same settings."
                )
            if settings.aggregate in MEASURES and MEASURES[settings.aggregate].takes_heads:
                check_heads(summary, each, settings.against)


def _p_values(
    settings: NullSettings, pairs: ScoredPairs
) -> tuple[np.ndarray, dict[str, dict[str, Any]]]:
    """Return the pairs' p-values against the null, and the bias of the strengths and the null's."""
    assert pairs.summary is not None
    distance, strength = distances(pairs.features), pairs.strength
    bias = {screen_of(pairs.summary): bias_of(strength, distance, pairs.features)}
    if settings.against == "bulk":
        return p_values_by_bulk(strength), bias
    pooled = pooled_features(pairs.features)
    draws = [_draw(settings, null, pooled) for null in pairs.null]
    drawn = np.mean([draw.strength for draw in draws], axis=0)
    bias["null"] = bias_of(drawn, distance, pairs.features)
    if settings.compare == "documents":
        observed, expected = (
            _moments(each, settings.aggregate, pooled) for each in (pairs.summary, pairs.null[0])
        )
        return p_values_by_documents(observed, expected), bias
    removed = [distance, entropies(pairs.features)] if settings.remove_bias else []
    return p_values_by_pairs(strength, draws, settings.tail, removed), bias


def _moments(summary: Summary, aggregate: str, pooled: np.ndarray) -> AttentionMoments:
    """Return the moments over documents that stand behind the score."""
    from causattn.attribution import AttributionSummary

    if isinstance(summary, AttributionSummary):
        return summary.moments
    moments = measured(summary, aggregate)
    if not pooled.any():
        return moments
    full = moments.subset(np.arange(len(pooled)))
    return replace(full, count=np.where(pooled, 0, full.count))  # what is paid to them is not seen


def _draw(settings: NullSettings, null: Summary, pooled: np.ndarray) -> NullDraw:
    """Return a draw's strengths, and which variables were permuted in it."""
    score = summary_score(
        null,
        settings.aggregate,
        layers=settings.layers,
        heads=settings.heads,
        pooled=pooled,
    )
    permuted = null.about.get("permuted", True)
    without = [permuted is True or name in permuted for name in null.names]
    return NullDraw(np.maximum(score, score.T), np.array(without))


def _rule(settings: NullSettings) -> str:
    """Return in words what the pairs were compared with and how."""
    correction = {"benjamini_hochberg": "Benjamini-Hochberg"}.get(
        settings.correction, "Benjamini-Yekutieli"
    )
    rate = f"{correction} false discovery rate {settings.false_discovery_rate:g}"
    if settings.against == "bulk":
        return f"more than the bulk of the pairs, {rate}"
    trained = "a model" if settings.draws == 1 else f"{settings.draws} models"
    documents = "permuted documents"
    if settings.share < 1:
        documents = f"documents with a share of {settings.share:g} of the variables permuted"
    null = {
        "trained_on_permuted": f"{trained} trained on {documents}",
        "permuted": f"the same model over {documents}",
        "untrained": f"{trained} without training",
    }[settings.against]
    how = "document by document"
    if settings.compare == "pairs":
        how = f"all its pairs pooled, {settings.tail.replace('_', '-')} tail"
        how += ", distance and entropy removed" if settings.remove_bias else ""
    return f"more than {null} ({how}), {rate}"


SELECTOR = AgainstNull()
