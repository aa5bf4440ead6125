"""The evidence columns that come from the feature table: effect, interval and refuters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from causattn.base import generator
from causattn.effects._adjustment import AdjustmentSets
from causattn.effects._design import Design
from causattn.effects._dowhy import dowhy_frame, dowhy_linear
from causattn.effects._estimated import EstimatedEffect, estimated_effect, refute_estimated
from causattn.effects._interventions import Contrast
from causattn.effects._linear import LinearEffect, LinearEffects
from causattn.effects._refuters import (
    NO_DRAWS,
    Refutation,
    data_subset,
    permuted_placebo,
    random_common_cause,
)
from causattn.effects._settings import ALL_REFUTERS, DowhySettings
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph

_AGREE = 1e-6
_MEASURES = {"placebo": "mean", "random_common_cause": "shift", "data_subset": "scatter"}


class DataEffects:
    """Effects of a graph's edges, estimated from the features.

    Parameters
    ----------
    settings
        How to estimate and refute.
    graph, features
        The graph, over the features' names.
    seed
        The run's seed; an edge's draws depend on it and on the edge's names.
    """

    def __init__(
        self, settings: DowhySettings, graph: CausalGraph, features: FeatureTable, seed: int
    ) -> None:
        self._settings, self._graph, self._features = settings, graph, features
        self._seed = seed
        self._sets = AdjustmentSets(graph)
        self._in_graph = {name: k for k, name in enumerate(graph.names)}
        self._column = {name: k for k, name in enumerate(features.names)}
        self._design = Design(features, settings.minimum_count)
        self._linear = LinearEffects(self._design, settings.standard_error, settings.confidence)

    def columns(self, source: int, target: int) -> tuple[dict[str, Any], Contrast | None]:
        """Return a pair's columns, and its contrast for the model to try.

        Parameters
        ----------
        source, target
            Columns of the table.
        """
        names = self._features.names
        levels = self._levels(source)
        asked = Contrast(*levels, None) if levels else None
        i, j = (self._in_graph.get(names[k]) for k in (source, target))
        if i is None or j is None or not self._graph.directed()[i, j]:
            reason = f"The graph has no edge {names[source]} --> {names[target]}."
            return {"data_reason": reason}, asked
        adjustment = self._sets.find(i, j, self._settings.adjustment)
        if adjustment.variables is None:
            return {"data_reason": adjustment.reason}, asked
        given = [self._graph.names[k] for k in adjustment.variables]
        columns = tuple(self._column[name] for name in given)
        effect = self._linear.estimate(source, target, columns, levels)
        found: dict[str, Any] = {"data_adjustment": given}
        if isinstance(effect, str):
            return found | {"data_reason": effect}, asked
        start, end = effect.treatment.labels[effect.contrast]
        value = effect.outcome.levels[effect.column]
        contrast = Contrast(start, end, value) if start else None
        found |= _contrast_columns(effect)
        return found | self._estimated(effect, columns, names[source], names[target]), contrast

    def _levels(self, source: int) -> tuple[str, str] | None:
        """Return the contrast that the settings ask of a feature, if it has both values."""
        categories = self._features.categories[source]
        if self._settings.levels is None or categories is None:
            return None
        start, end = self._settings.levels
        return (start, end) if start in categories and end in categories else None

    def _estimated(
        self, effect: LinearEffect, adjustment: tuple[int, ...], source: str, target: str
    ) -> dict[str, Any]:
        """Return the estimate's and the refuters' columns by the estimator of the settings."""
        settings = self._settings
        if settings.estimator == "linear":
            found = _linear_columns(effect) | self._by_dowhy(effect, adjustment)
            return found | self._refuted(source, target, lambda *ask: self._refute(effect, *ask))
        other = estimated_effect(
            effect, settings.estimator, self._design, adjustment, settings.confidence
        )
        if isinstance(other, str):
            return {"data_reason": other}
        found = _estimated_columns(other)
        return found | self._refuted(source, target, lambda *ask: self._refute_other(other, *ask))

    def _by_dowhy(self, effect: LinearEffect, adjustment: tuple[int, ...]) -> dict[str, Any]:
        """Return DoWhy's own linear estimate, and a warning where ours is another."""
        settings = self._settings
        method = f"linear regression, back-door, {settings.standard_error} standard error"
        if settings.engine != "dowhy":
            return {"data_method": f"{method}, closed form"}
        frame, names = dowhy_frame(effect, self._design.adjustment(adjustment))
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
        settings = self._settings
        if name == "placebo":
            return permuted_placebo(effect, settings.draws, rng, settings.alpha)
        if name == "random_common_cause":
            return random_common_cause(effect, settings.draws, rng, settings.refuter_alpha)
        return data_subset(
            effect, settings.subset_fraction, settings.draws, rng, settings.refuter_alpha
        )

    def _refute_other(
        self, effect: EstimatedEffect, name: str, rng: np.random.Generator
    ) -> Refutation:
        settings = self._settings
        alpha = settings.alpha if name == "placebo" else settings.refuter_alpha
        return refute_estimated(effect, name, settings.draws, settings.subset_fraction, rng, alpha)


def _contrast_columns(effect: LinearEffect) -> dict[str, Any]:
    """Return what the effect is an effect of, and on what."""
    start, end = effect.treatment.labels[effect.contrast]
    return {
        "data_from": start or None,
        "data_to": end,
        "data_outcome": effect.outcome.labels[effect.column],
        "data_contrasts": effect.compared,
        "data_scale": effect.outcome.scale,
    }


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
