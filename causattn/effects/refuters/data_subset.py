"""A random share of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.base import ConfigError
from causattn.effects.contract import Change, Draws, Effect, Refutation, Refuter
from causattn.effects.refuters.judging import scatter


@dataclass(frozen=True)
class SubsetSettings:
    """How large a subset is.

    Parameters
    ----------
    fraction
        Share of the rows in a subset.
    """

    fraction: float = 0.8

    def __post_init__(self) -> None:
        if not 0.0 < self.fraction < 1.0:
            raise ConfigError(
                f"effects.refuter_settings.data_subset.fraction={self.fraction} must lie between "
                "0 and 1."
            )


class DataSubset(Refuter):
    """Estimates on random subsets of the rows: do they scatter as the standard error says?

    With a share f the variance around the estimate should be standard_error^2 (1 - f) / f. DoWhy's
    version with a whole number as random state draws the same subset every time.
    """

    name = "data_subset"
    settings = SubsetSettings
    measure = "scatter"
    measure_means = "variance over subsets, over the expected one"
    p_means = "p of the scatter being what the standard error says"
    shared = default = True

    def draw(self, effect: Effect, settings: SubsetSettings, rng: np.random.Generator) -> Change:
        kept = round(settings.fraction * effect.rows)
        smaller = min(kept, effect.rows - kept)
        picked = rng.choice(effect.rows, smaller, replace=False, shuffle=False)
        times = np.full(effect.rows, int(smaller != kept), dtype=np.int8)
        times[picked] = int(smaller == kept)
        return Change(times=times)

    def judge(
        self, effect: Effect, draws: Draws, settings: SubsetSettings, alpha: float
    ) -> Refutation:
        variance = effect.scatter_error**2 * (1.0 - settings.fraction) / settings.fraction
        return scatter(draws.estimates - effect.estimate, variance, alpha)


REFUTER = DataSubset()
