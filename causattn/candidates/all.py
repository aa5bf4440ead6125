"""The selector that restricts nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.candidates.contract import ScoredPairs, Selection, Selector, SelectorSettings


@dataclass(frozen=True)
class AllSettings(SelectorSettings):
    """Every pair may be adjacent; attention is scored and restricts nothing."""


class All(Selector):
    """Every pair may be adjacent: attention is scored and restricts nothing."""

    name = "all"
    settings = AllSettings

    def select(self, settings: AllSettings, pairs: ScoredPairs) -> Selection:
        """Return all pairs."""
        return Selection(np.ones(pairs.score.shape, dtype=bool), "all pairs")


SELECTOR = All()
