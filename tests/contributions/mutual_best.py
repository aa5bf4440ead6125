"""A selector of one's own: pairs of which each is the other's strongest."""

from dataclasses import dataclass

import numpy as np

from causattn.base import above_zero
from causattn.candidates import ScoredPairs, Selection, Selector, SelectorSettings


@dataclass(frozen=True)
class MutualSettings(SelectorSettings):
    """Pairs of which each is among the other's strongest.

    Parameters
    ----------
    neighbours
        How many of the strongest count.
    """

    neighbours: int = 1

    def __post_init__(self) -> None:
        above_zero(self, "candidates", "neighbours")


class MutualBest(Selector):
    """Pairs of which each is among the other's strongest."""

    name = "mutual_best"
    settings = MutualSettings

    def select(self, settings: MutualSettings, pairs: ScoredPairs) -> Selection:
        """Return the pairs whose two agree."""
        strength = pairs.strength
        rank = np.argsort(np.argsort(-strength, axis=1), axis=1)
        among = (rank < settings.neighbours) & (strength > 0)
        return Selection(among & among.T, f"each among the other's {settings.neighbours} strongest")


SELECTOR = MutualBest()
