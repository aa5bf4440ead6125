"""The selector of the strongest pairs."""

from __future__ import annotations

from dataclasses import dataclass

from causattn.base import ConfigError, above_zero
from causattn.candidates.contract import ScoredPairs, Selection
from causattn.candidates.restricting import (
    RestrictingSelector,
    RestrictingSettings,
    strongest_pairs,
)


@dataclass(frozen=True)
class TopKSettings(RestrictingSettings):
    """The pairs with the most attention may be adjacent.

    Parameters
    ----------
    pairs
        How many pairs; None takes pairs_per_feature.
    pairs_per_feature
        How many as a multiple of the number of features, all pairs where there are fewer.
    """

    pairs: int | None = None
    pairs_per_feature: float = 2.5

    def __post_init__(self) -> None:
        super().__post_init__()
        above_zero(self, "candidates", "pairs", "pairs_per_feature")


class TopK(RestrictingSelector):
    """The pairs with the most attention may be adjacent."""

    name = "top_k"
    settings = TopKSettings

    def choose(self, settings: TopKSettings, pairs: ScoredPairs) -> Selection:
        """Return the strongest pairs."""
        wanted = pair_count(settings.pairs, settings.pairs_per_feature, pairs.features.size)
        return Selection(strongest_pairs(pairs.strength, wanted), f"top {wanted} pairs")


def pair_count(pairs: int | None, per_feature: float, size: int) -> int:
    """Return how many pairs of `size` features are asked for.

    Raises
    ------
    ConfigError
        Where there are fewer.
    """
    possible = size * (size - 1) // 2
    if pairs is None:
        return min(round(per_feature * size), possible)
    if pairs > possible:
        raise ConfigError(
            f"candidates.pairs={pairs}, but {size} features have only {possible} pairs; ask for "
            "fewer, or choose candidates=all."
        )
    return pairs


SELECTOR = TopK()
