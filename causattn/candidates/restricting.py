"""What all selectors that restrict share: another screen's strongest pairs may be let through."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from causattn.base import above_zero
from causattn.candidates.beside import mutual_information_screen
from causattn.candidates.contract import ScoredPairs, Selection, Selector, SelectorSettings


@dataclass(frozen=True)
class RestrictingSettings(SelectorSettings):
    """What all kinds that restrict have in common.

    Parameters
    ----------
    union
        Let the strongest pairs of another screen through as well: ``"mutual_information"``, or
        None.
    union_pairs_per_feature
        How many of its pairs, as a multiple of the number of features.
    """

    union: Literal["mutual_information"] | None = None
    union_pairs_per_feature: float = 1.0

    def __post_init__(self) -> None:
        above_zero(self, "candidates", "union_pairs_per_feature")


class RestrictingSelector(Selector):
    """A selector that lets some pairs through, and those of another screen where asked for."""

    @abstractmethod
    def choose(self, settings: Any, pairs: ScoredPairs) -> Selection:
        """Return the pairs that its own rule lets through."""

    def select(self, settings: RestrictingSettings, pairs: ScoredPairs) -> Selection:
        """Return its own pairs, and the other screen's."""
        found = self.choose(settings, pairs)
        if settings.union is None:
            return found
        size = pairs.features.size
        count = min(round(settings.union_pairs_per_feature * size), size * (size - 1) // 2)
        other = strongest_pairs(mutual_information_screen(pairs.features), count)
        added = int(np.count_nonzero(np.triu(other & ~found.allowed, 1)))
        return replace(
            found,
            allowed=found.allowed | other,
            rule=f"{found.rule}, and {added} more by mutual information",
            about={**found.about, "union": settings.union, "union_added_pairs": added},
        )


def strongest_pairs(strength: np.ndarray, count: int) -> np.ndarray:
    """Return the `count` strongest pairs, bool [f, f], symmetric.

    Pairs of strength 0 are never among them; of equal ones the pair with the lower first feature,
    then the lower second, comes first.

    Parameters
    ----------
    strength
        float64 [f, f], symmetric.
    count
        How many.
    """
    i, j = np.triu_indices(len(strength), 1)
    order = np.argsort(-strength[i, j], kind="stable")[:count]
    order = order[strength[i, j][order] > 0]
    chosen = np.zeros(strength.shape, dtype=bool)
    chosen[i[order], j[order]] = chosen[j[order], i[order]] = True
    return chosen
