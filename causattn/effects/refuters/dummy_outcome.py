"""The outcome's rows are permuted."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.effects.contract import Change, Draws, Effect, Refutation, Refuter
from causattn.effects.refuters.judging import stands_out


class DummyOutcome(Refuter):
    """The outcome's rows are permuted: does the treatment do more than to one it cannot cause?

    Passed where the effect stands out of the dummies'. DoWhy's version cannot be seeded.
    """

    name = "dummy_outcome"
    measure = "mean"
    measure_means = "mean estimate over the permuted outcomes"
    p_means = "share of permuted outcomes with as large a statistic"
    stands_out = decided = True

    def draw(self, effect: Effect, settings: Any, rng: np.random.Generator) -> Change:
        return Change(outcome=rng.permutation(effect.rows))

    def judge(self, effect: Effect, draws: Draws, settings: Any, alpha: float) -> Refutation:
        return stands_out(draws, effect.statistic, alpha)


REFUTER = DummyOutcome()
