"""The treatment's rows are permuted."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.effects.contract import Change, Draws, Effect, Refutation, Refuter
from causattn.effects.refuters.judging import stands_out


class Placebo(Refuter):
    """The treatment's rows are permuted: does it do more than a treatment that cannot act?

    Passed where the effect stands out of its placebos; p is uniform where there is no effect.
    """

    name = "placebo"
    measure = "mean"
    measure_means = "mean estimate over the permuted treatments"
    p_means = "share of permuted treatments with as large a statistic"
    stands_out = shared = decided = default = True

    def draw(self, effect: Effect, settings: Any, rng: np.random.Generator) -> Change:
        return Change(treatment=rng.permutation(effect.rows))

    def judge(self, effect: Effect, draws: Draws, settings: Any, alpha: float) -> Refutation:
        return stands_out(draws, effect.statistic, alpha)


REFUTER = Placebo()
