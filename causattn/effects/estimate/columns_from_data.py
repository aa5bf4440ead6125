"""The evidence columns that come from the feature table: effects, intervals and refuters.

Of a directed edge, and of a feature on an outcome that it acts on by way of others, the total
effect is reported (``data_``), and beside it the direct effect (``direct_``): the part that does
not pass through the target's other parents, which is what the edge itself claims. Where the class
of graphs does not agree on the total effect, the direct one takes its place and is refuted in its
stead; the range of possible total effects stands beside it.
"""

from __future__ import annotations

from typing import Any

from causattn.effects.estimate.design import Design
from causattn.effects.estimate.graph_effects import Adjusted, GraphEffects, Pair
from causattn.effects.estimate.linear import LinearEffect, LinearEffects
from causattn.effects.estimate.sensitivity import sensitivity_columns
from causattn.effects.interventions.interventions import Contrast
from causattn.effects.refuters.refuted import RefutedEffects
from causattn.effects.settings import DowhySettings
from causattn.features import FeatureKind, FeatureTable
from causattn.graphs import CausalGraph


class DataEffects:
    """Effects of a graph's edges, estimated from the features.

    Parameters
    ----------
    settings
        How to estimate and refute.
    graph, features
        The graph, over names of the features.
    seed
        The run's seed.
    """

    def __init__(
        self, settings: DowhySettings, graph: CausalGraph, features: FeatureTable, seed: int
    ) -> None:
        self._features, self._wanted = features, settings.levels
        self._confidence = settings.confidence
        design = Design(features, settings.minimum_count)
        linear = LinearEffects(design, settings.standard_error, settings.confidence)
        self._effects = GraphEffects(graph, features, linear, settings.adjustment)
        self._refuted = RefutedEffects(settings, design, seed)

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
        pair = self._effects.pair(source, target, levels)
        edge = "" if pair is None else self._effects.mark(pair)
        into_outcome = self._features.kinds[target] is FeatureKind.OUTPUT
        if pair is None or (not edge and not into_outcome):
            return {
                "data_reason": f"The graph has no edge {names[source]} --> {names[target]}."
            }, asked
        total = self._effects.total(pair)
        if not edge and isinstance(total, str):
            return {"data_reason": total}, asked
        if edge == "undirected":
            assert isinstance(total, str)
            return {"data_reason": total} | self._possible(pair), asked
        if isinstance(total, str):
            found: dict[str, Any] = {"data_reason": total} | self._possible(pair)
            direct = self._effects.direct(pair)
            if isinstance(direct, str):
                return found | {"direct_reason": direct}, asked
            primary, kind = direct, "direct"
            found["data_reason"] = f"{total} What is given is the direct effect."
        else:
            primary, kind, found = total, "total", {}
            direct = self._effects.direct(pair, total.effect.reported)
        found |= _contrast_columns(primary.effect)
        found |= {"data_effect": kind, "data_adjustment": primary.adjustment}
        found |= _direct_columns(direct) | sensitivity_columns(primary.effect, self._confidence)
        estimated = self._refuted.columns(primary, names[source], names[target])
        reasons = [
            text for text in (found.get("data_reason"), estimated.get("data_reason")) if text
        ]
        found |= estimated | {"data_reason": " ".join(reasons) or None}
        if kind == "total":
            value = found.get("data_estimate", float("nan"))
            found |= {"data_possible_minimum": value, "data_possible_maximum": value}
        return found, _contrast(primary.effect) or asked

    def _levels(self, source: int) -> tuple[str, str] | None:
        """Return the contrast that the settings ask of a feature, if it has both values."""
        categories = self._features.categories[source]
        if self._wanted is None or categories is None:
            return None
        start, end = self._wanted
        return (start, end) if start in categories and end in categories else None

    def _possible(self, pair: Pair) -> dict[str, Any]:
        found = self._effects.possible(pair)
        if found is None:
            return {}
        return {"data_possible_minimum": found[0], "data_possible_maximum": found[1]}


def _contrast(effect: LinearEffect) -> Contrast | None:
    """Return the contrast that an effect reports; None where its source is a number."""
    start, end = effect.treatment.labels[effect.contrast]
    return Contrast(start, end, effect.outcome.levels[effect.column]) if start else None


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


def _direct_columns(direct: Adjusted | str) -> dict[str, Any]:
    if isinstance(direct, str):
        return {"direct_reason": direct}
    return {
        "direct_adjustment": direct.adjustment,
        "direct_estimate": direct.effect.estimate,
        "direct_low": direct.effect.low,
        "direct_high": direct.effect.high,
    }
