"""One effect's columns of the evidence table: the estimate by whom was asked, and its refuters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from causattn.base import generator
from causattn.effects.estimate.design import Design
from causattn.effects.estimate.dowhy_estimators import dowhy_frame, dowhy_linear
from causattn.effects.estimate.estimated import EstimatedEffect, estimated_effect, refute_estimated
from causattn.effects.estimate.graph_effects import Adjusted
from causattn.effects.estimate.linear import LinearEffect
from causattn.effects.refuters.more_refuters import (
    bootstrap,
    dummy_outcome,
    unobserved_common_cause,
)
from causattn.effects.refuters.refuters import (
    NO_DRAWS,
    Refutation,
    data_subset,
    permuted_placebo,
    random_common_cause,
)
from causattn.effects.refuters.shared import SHARED, SharedDraws
from causattn.effects.settings import ALL_REFUTERS, STANDING_OUT, DowhySettings

_AGREE = 1e-6
_MEASURES = {
    "placebo": "mean",
    "random_common_cause": "shift",
    "data_subset": "scatter",
    "bootstrap": "scatter",
    "dummy_outcome": "mean",
    "unobserved_common_cause": "mean",
}
_PLAIN = {
    "placebo": permuted_placebo,
    "random_common_cause": random_common_cause,
    "bootstrap": bootstrap,
    "dummy_outcome": dummy_outcome,
}


class RefutedEffects:
    """Estimates and refutes effects as the settings say.

    Parameters
    ----------
    settings
        How to estimate and refute.
    design
        The features' regression columns.
    seed
        The run's seed; an edge's draws depend on it and on the edge's names.
    """

    def __init__(self, settings: DowhySettings, design: Design, seed: int) -> None:
        self._settings, self._design, self._seed = settings, design, seed
        self._shared: SharedDraws | None = None
        if settings.shared_draws:
            self._shared = SharedDraws(design, settings.draws, settings.subset_fraction, seed)

    def columns(self, adjusted: Adjusted, source: str, target: str) -> dict[str, Any]:
        """Return the estimate's and the refuters' columns of one effect."""
        settings = self._settings
        effect = adjusted.effect
        if settings.estimator == "linear":
            found = _linear_columns(effect) | self._by_dowhy(adjusted)
            names = self._design.table.names
            pair = names.index(source), names.index(target)

            def refute(name: str, rng: np.random.Generator) -> Refutation:
                done = None
                if self._shared is not None and name in SHARED:
                    done = self._shared.refute(
                        effect, pair, adjusted.columns, name, self._alpha(name)
                    )
                return done or self._refute(effect, name, rng)

            return found | self._refuted(source, target, refute)
        other = estimated_effect(
            effect, settings.estimator, self._design, adjusted.columns, settings.confidence
        )
        if isinstance(other, str):
            return {"data_reason": other}
        found = _estimated_columns(other)
        return found | self._refuted(source, target, lambda *ask: self._refute_other(other, *ask))

    def _by_dowhy(self, adjusted: Adjusted) -> dict[str, Any]:
        """Return DoWhy's own linear estimate, and a warning where ours is another."""
        settings, effect = self._settings, adjusted.effect
        method = f"linear regression, back-door, {settings.standard_error} standard error"
        if settings.engine != "dowhy":
            return {"data_method": f"{method}, closed form"}
        frame, names = dowhy_frame(effect, self._design.adjustment(adjusted.columns))
        theirs = dowhy_linear(frame, names, settings.confidence)
        found: dict[str, Any] = {
            "data_method": f"{method}, DoWhy",
            "data_estimate": theirs.estimate,
        }
        if abs(theirs.estimate - effect.estimate) > _AGREE * max(1.0, abs(effect.estimate)):
            found["data_reason"] = (
                f"DoWhy's estimate differs from the closed form ({effect.estimate:.6g}), on which "
                "interval and refuters rest."
            )
        return found

    def _refuted(
        self,
        source: str,
        target: str,
        refute: Callable[[str, np.random.Generator], Refutation],
    ) -> dict[str, Any]:
        """Return the columns of the refuters that were asked for."""
        found: dict[str, Any] = {}
        for name in ALL_REFUTERS:
            if name not in self._settings.refuters:
                found[f"{name}_outcome"] = "Not asked for."
                continue
            # One stream an edge and refuter, by name: draw k is the same whatever else is run.
            rng = generator(self._seed, "effects", source, target, name)
            try:
                refutation = refute(name, rng)
            except np.linalg.LinAlgError:
                refutation = Refutation(np.nan, np.nan, NO_DRAWS)
            found |= {
                f"{name}_p": refutation.p,
                f"{name}_{_MEASURES[name]}": refutation.measure,
                f"{name}_outcome": refutation.outcome,
            }
        return found

    def _refute(self, effect: LinearEffect, name: str, rng: np.random.Generator) -> Refutation:
        draws, alpha = self._settings.draws, self._alpha(name)
        if name == "data_subset":
            return data_subset(effect, self._settings.subset_fraction, draws, rng, alpha)
        if name == "unobserved_common_cause":
            strength = self._settings.hidden_strength
            return unobserved_common_cause(effect, strength, draws, rng, alpha)
        return _PLAIN[name](effect, draws, rng, alpha)

    def _alpha(self, name: str) -> float:
        """Return the level of a refuter."""
        settings = self._settings
        return settings.alpha if name in STANDING_OUT else settings.refuter_alpha

    def _refute_other(
        self, effect: EstimatedEffect, name: str, rng: np.random.Generator
    ) -> Refutation:
        settings = self._settings
        if name == "unobserved_common_cause":
            return Refutation(np.nan, np.nan, "Not run: it is defined for the linear estimator.")
        alpha, fraction = self._alpha(name), settings.subset_fraction
        return refute_estimated(effect, name, settings.draws, fraction, rng, alpha)


def _linear_columns(effect: LinearEffect) -> dict[str, Any]:
    return {
        "data_estimate": effect.estimate,
        "data_standard_error": effect.standard_error,
        "data_low": effect.low,
        "data_high": effect.high,
        "data_n": effect.outcome_residual.shape[1],
    }


def _estimated_columns(effect: EstimatedEffect) -> dict[str, Any]:
    return {
        "data_method": effect.name.replace("_", " "),
        "data_estimate": effect.found.estimate,
        "data_standard_error": effect.found.standard_error,
        "data_low": effect.low,
        "data_high": effect.high,
        "data_n": len(effect.problem.outcome),
        "data_reason": effect.found.note or None,
    }
