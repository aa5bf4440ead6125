"""Rows drawn with replacement."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.effects.contract import Change, Draws, Effect, Refutation, Refuter
from causattn.effects.refuters.judging import scatter


class Bootstrap(Refuter):
    """Estimates on rows drawn with replacement: do they scatter as the standard error says?

    DoWhy's version adds noise to columns instead, and that noise ignores the seed.
    """

    name = "bootstrap"
    measure = "scatter"
    measure_means = "variance over bootstrap samples, over the expected"
    p_means = "p of the scatter over bootstrap samples being the same"

    def draw(self, effect: Effect, settings: Any, rng: np.random.Generator) -> Change:
        picked = rng.integers(0, effect.rows, effect.rows)
        return Change(times=np.bincount(picked, minlength=effect.rows))

    def judge(self, effect: Effect, draws: Draws, settings: Any, alpha: float) -> Refutation:
        return scatter(draws.estimates - effect.estimate, effect.scatter_error**2, alpha)


REFUTER = Bootstrap()
