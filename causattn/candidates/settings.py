"""Settings of the config group `candidates`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from causattn.base import ConfigError, choose, settings_from
from causattn.candidates.pairs import Tail
from causattn.candidates.score import Aggregate


@dataclass(frozen=True)
class AllSettings:
    """Every pair may be adjacent; attention is scored and restricts nothing.

    Parameters
    ----------
    kind
        ``"all"``.
    aggregate
        How attention becomes one score, see `attention_score`.
    layers, heads
        Which layers and heads to take, as numbered in the model; None for all that were summed.
    """

    kind: Literal["all"] = "all"
    aggregate: Aggregate = "mean"
    layers: tuple[int, ...] | None = None
    heads: tuple[int, ...] | None = None


@dataclass(frozen=True)
class RestrictingSettings(AllSettings):
    """What all kinds that restrict have in common.

    Parameters
    ----------
    union
        Another screen whose strongest pairs are allowed too; None for none.
    union_pairs_per_feature
        How many of its pairs, as a multiple of the number of features.
    """

    kind: Any = ""
    union: Literal["mutual_information"] | None = None
    union_pairs_per_feature: float = 1.0


@dataclass(frozen=True)
class TopKSettings(RestrictingSettings):
    """The strongest pairs.

    Parameters
    ----------
    pairs
        How many; None takes `pairs_per_feature`.
    pairs_per_feature
        How many as a multiple of the number of features, all pairs where there are fewer.
    """

    kind: Literal["top_k"] = "top_k"
    pairs: int | None = None
    pairs_per_feature: float = 2.5


@dataclass(frozen=True)
class ThresholdSettings(RestrictingSettings):
    """The pairs whose strength is at least a threshold.

    Parameters
    ----------
    threshold
        The threshold.
    unit
        ``"weight"``: attention itself; ``"mean"``: a multiple of the mean score of all ordered
        pairs, which does not depend on the length of the documents.
    """

    kind: Literal["threshold"] = "threshold"
    threshold: float = 1.5
    unit: Literal["weight", "mean"] = "mean"


@dataclass(frozen=True)
class NullSettings(RestrictingSettings):
    """The pairs whose attention is more than that of a null without dependence between features.

    Parameters
    ----------
    against
        Whose attention the null is: ``"trained_on_permuted"``, the same network trained on
        permuted documents; ``"permuted"``, the model's own over permuted documents;
        ``"untrained"``, that of the same network with fresh weights; or ``"bulk"``, that of most
        pairs at hand, where nothing is drawn (`causattn.candidates.pairs.p_values_by_bulk`).
    draws
        How many such nulls are drawn, each with a permutation (or weights) of its own.
    share
        Share of the variables that a draw permutes: with 1 no dependence is left at all; with less
        the others keep theirs, and the pairs of a permuted variable are the null.
    compare
        ``"pairs"``: each pair's strength with the strengths of all null pairs of all draws;
        ``"documents"``: each pair's mean over documents with its mean over permuted documents,
        both read with the same model.
    tail
        By pairs: ``"empirical"``, the share of null pairs that are as strong, or ``"log_normal"``,
        which goes on where no null pair is and assumes that the logarithms are normal (where
        attention has nothing to go by, its tail is heavier).
    remove_bias
        By pairs: take out what the null's strengths have to do with the distance of the two in the
        documents and with the entropy of their values.
    false_discovery_rate
        Expected share of false pairs among those allowed; false, for a drawn null, is a pair with
        a variable that has nothing to do with the others.
    correction
        ``"benjamini_hochberg"``, or ``"benjamini_yekutieli"`` which holds under any dependence.
    """

    kind: Literal["against_null"] = "against_null"
    against: Literal["trained_on_permuted", "permuted", "untrained", "bulk"] = "trained_on_permuted"
    draws: int = 4
    share: float = 0.5
    compare: Literal["pairs", "documents"] = "pairs"
    tail: Tail = "empirical"
    remove_bias: bool = True
    false_discovery_rate: float = 0.05
    correction: Literal["benjamini_hochberg", "benjamini_yekutieli"] = "benjamini_hochberg"

    @property
    def drawn(self) -> tuple[str, int, float]:
        """Whose attention is drawn, how often, and the share of variables permuted."""
        return ("", 0, 1.0) if self.against == "bulk" else (self.against, self.draws, self.share)


KINDS: Mapping[str, type[AllSettings]] = {
    "all": AllSettings,
    "top_k": TopKSettings,
    "threshold": ThresholdSettings,
    "against_null": NullSettings,
}


def candidate_settings(settings: Mapping[str, Any]) -> AllSettings:
    """Return the settings of the group `candidates`, checked.

    Raises
    ------
    ConfigError
        For an unknown key or kind, or a number that makes no sense.
    """
    kind = choose(settings.get("kind", "top_k"), KINDS, "candidates.kind")
    chosen = settings_from(kind, settings, "candidates")
    for key in ("pairs", "pairs_per_feature", "threshold", "union_pairs_per_feature"):
        value = getattr(chosen, key, None)
        if value is not None and value <= 0:
            raise ConfigError(f"candidates.{key}={value} should be above 0; change it.")
    rate = getattr(chosen, "false_discovery_rate", 0.5)
    if not 0 < rate < 1:
        raise ConfigError(
            f"candidates.false_discovery_rate={rate} should lie between 0 and 1; change it."
        )
    if isinstance(chosen, NullSettings):
        _check_null(chosen)
    return chosen


def _check_null(chosen: NullSettings) -> None:
    """Check what is compared with what."""
    if chosen.draws < 1:
        raise ConfigError(f"candidates.draws={chosen.draws} should be at least 1; change it.")
    if not 0 < chosen.share <= 1:
        raise ConfigError(f"candidates.share={chosen.share} should be in (0, 1]; change it.")
    if chosen.share < 1 and chosen.against == "untrained":
        raise ConfigError(
            "candidates.share is that of permuted variables, and candidates.against=untrained "
            "permutes none; set share=1, or another one."
        )
    if chosen.compare == "pairs":
        return
    if (chosen.against, chosen.draws, chosen.share) != ("permuted", 1, 1.0):
        raise ConfigError(
            "candidates.compare=documents holds the model and compares the documents alone: it "
            "goes with against=permuted, draws=1 and share=1; set these, or compare=pairs."
        )
    if chosen.aggregate in ("max", "norm"):
        raise ConfigError(
            f"candidates.aggregate={chosen.aggregate} has no error of its own over documents; "
            "choose mean or rollout, or compare=pairs."
        )
    if chosen.layers or chosen.heads:
        raise ConfigError(
            "candidates.compare=documents needs the error of a mean over layers and heads, which "
            "only the capture can give; name them in attention.layers and attention.heads instead."
        )


def null_draws(settings: Mapping[str, Any]) -> tuple[str, int, float]:
    """Return whose attention the null of these candidates is, the number of draws and the share.

    Kinds without a null have ``("", 0, 1.0)``.
    """
    chosen = candidate_settings(settings)
    return chosen.drawn if isinstance(chosen, NullSettings) else ("", 0, 1.0)
