"""The outcome is simulated from a hidden cause of treatment and outcome and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.base import ConfigError
from causattn.effects.contract import Change, Draws, Effect, Refutation, Refuter
from causattn.effects.refuters.judging import stands_out


@dataclass(frozen=True)
class HiddenCauseSettings:
    """How strong the hidden cause is.

    Parameters
    ----------
    strength
        Share of the residual variance of both source and target that the simulated unobserved
        common cause explains.
    """

    strength: float = 0.02

    def __post_init__(self) -> None:
        if not 0.0 < self.strength < 1.0:
            raise ConfigError(
                "effects.refuter_settings.unobserved_common_cause.strength="
                f"{self.strength} must lie between 0 and 1."
            )


class UnobservedCommonCause(Refuter):
    """A hidden cause of a given strength makes the outcome alone: does it fake what is seen?

    Null: the effect is 0, and a cause that nobody measured fakes it. Uniform where a cause of that
    very strength is all there is; larger where it is weaker. Passed where no such cause does.
    DoWhy's version cannot be seeded, and gives a range and no test.
    """

    name = "unobserved_common_cause"
    settings = HiddenCauseSettings
    paper = "Cinelli and Hazlett (2020), Making sense of sensitivity, JRSS-B 82"
    measure = "mean"
    measure_means = "mean size of what such a cause fakes"
    p_means = "p of the effect being a hidden cause's alone"
    stands_out = decided = True

    def draw(
        self, effect: Effect, settings: HiddenCauseSettings, rng: np.random.Generator
    ) -> Change | None:
        """Return outcomes that only a hidden cause of both makes.

        With w what the adjustment leaves of the treatment, of variance 1, the cause is u = sqrt(s)
        w + sqrt(1 - s) noise, and each of the outcome's columns becomes sqrt(s) u + sqrt(1 - s)
        noise of its own, in that column's residual scale: the partial correlation with w is s on
        average, whatever the sign of u.
        """
        left = effect.residuals()
        if left is None:
            return None
        direction = left[0] / np.sqrt((left[0] ** 2).mean())
        scale = np.sqrt((left[1] ** 2).mean(axis=1, keepdims=True))
        through, beside = np.sqrt(settings.strength), np.sqrt(1.0 - settings.strength)
        cause = through * direction + beside * rng.normal(size=effect.rows)
        noise = rng.normal(size=(len(scale), effect.rows))
        return Change(made=scale * (through * cause + beside * noise))

    def judge(
        self, effect: Effect, draws: Draws, settings: HiddenCauseSettings, alpha: float
    ) -> Refutation:
        return stands_out(Draws(np.abs(draws.estimates), draws.statistic), effect.statistic, alpha)


REFUTER = UnobservedCommonCause()
