"""The selector by a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from causattn.base import above_zero
from causattn.candidates.contract import ScoredPairs, Selection
from causattn.candidates.restricting import RestrictingSelector, RestrictingSettings


@dataclass(frozen=True)
class ThresholdSettings(RestrictingSettings):
    """Pairs with at least so much attention may be adjacent.

    Parameters
    ----------
    threshold
        The threshold.
    unit
        ``"weight"``: attention itself; ``"mean"``: a multiple of the mean score of all ordered
        pairs, which does not depend on the length of the documents.
    """

    threshold: float = 1.5
    unit: Literal["weight", "mean"] = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        above_zero(self, "candidates", "threshold")


class Threshold(RestrictingSelector):
    """Pairs with at least so much attention may be adjacent."""

    name = "threshold"
    settings = ThresholdSettings

    def choose(self, settings: ThresholdSettings, pairs: ScoredPairs) -> Selection:
        """Return the pairs that reach the threshold."""
        unit = _mean_score(pairs.score) if settings.unit == "mean" else 1.0
        least = settings.threshold * unit
        return Selection(pairs.strength >= least, f"strength at least {least:.3g}")


def _mean_score(score: np.ndarray) -> float:
    """Return the mean score of all ordered pairs."""
    return float(score.sum() / (score.size - len(score)))


SELECTOR = Threshold()
