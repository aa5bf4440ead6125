"""A standard normal column joins the adjustment set."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.effects.contract import Change, Draws, Effect, Refutation, Refuter
from causattn.effects.refuters.judging import shift


class RandomCommonCause(Refuter):
    """A random column is adjusted for: does it shift the estimate, as nothing independent may?"""

    name = "random_common_cause"
    measure = "shift"
    measure_means = "mean shift, in standard errors"
    p_means = "p of the mean shift being zero"
    shared = default = True

    def draw(self, effect: Effect, settings: Any, rng: np.random.Generator) -> Change:
        return Change(column=rng.standard_normal(effect.rows))

    def judge(self, effect: Effect, draws: Draws, settings: Any, alpha: float) -> Refutation:
        return shift((draws.estimates - effect.estimate) / effect.standard_error, alpha)


REFUTER = RandomCommonCause()
