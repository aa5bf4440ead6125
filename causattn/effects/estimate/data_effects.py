"""The evidence columns that come from the feature table: effects, intervals and refuters.

Of a directed edge, and of a feature on an outcome that it acts on by way of others, the total
effect is reported (``data_``), and beside it the direct effect (``direct_``): the part that does
not pass through the target's other parents, which is what the edge itself claims. Where the class
of graphs does not agree on the total effect, the direct one takes its place and is refuted in its
stead; the range of possible total effects stands beside it. One estimator gives them all.
"""

from __future__ import annotations

import math
from typing import Any

from causattn.base import settings_from
from causattn.effects.benchmark import benchmarked
from causattn.effects.contract import Effect, Question
from causattn.effects.estimate.by_dowhy import dowhy_columns
from causattn.effects.estimate.design import Design
from causattn.effects.estimate.graph_effects import Adjusted, GraphEffects, Pair
from causattn.effects.estimate.linear_effects import LinearEffect, LinearEffects
from causattn.effects.estimate.sensitivity import sensitivity_columns
from causattn.effects.estimate.shared_draws import SharedDraws
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.refuters.refute import Again, refuter_columns
from causattn.effects.registry import ESTIMATORS
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
        The run's seed; an edge's draws depend on it and on the edge's names.
    family
        Number of arrows over which the joint intervals hold at once (Bonferroni).
    """

    def __init__(
        self,
        settings: DowhySettings,
        graph: CausalGraph,
        features: FeatureTable,
        seed: int,
        family: int = 1,
    ) -> None:
        self._settings, self._features, self._seed = settings, features, seed
        self._family = max(family, 1)
        self._design = Design(features, settings.minimum_count)
        self._linear = LinearEffects(self._design, settings.standard_error, settings.confidence)
        every = 1.0 - (1.0 - settings.confidence) / self._family
        self._joint = LinearEffects(self._design, settings.standard_error, every)
        self._estimator = ESTIMATORS[settings.estimator]
        self._options: Any = settings_from(
            self._estimator.settings, settings.estimator_settings, "effects.estimator_settings"
        )
        self._effects = GraphEffects(graph, features, self._estimate, settings.adjustment)
        self._shared: SharedDraws | None = None
        if settings.shared_draws:
            self._shared = SharedDraws(
                self._design, settings.draws, seed, settings.refuter_settings
            )

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
        found: dict[str, Any] = {}
        if isinstance(total, str):
            found = {"data_reason": total} | self._possible(pair)
            direct = self._effects.direct(pair)
            if isinstance(direct, str):
                return found | {"direct_reason": direct}, asked
            primary, kind = direct, "direct"
            found["data_reason"] = f"{total} What is given is the direct effect."
        else:
            primary, kind = total, "total"
            direct = self._effects.direct(pair, total.effect.reported)
        found |= _direct_columns(direct) | self._sensitivity(pair, primary)
        found |= self._joint_columns(pair, primary, "data") | {"data_family": self._family}
        if not isinstance(direct, str):
            found |= self._joint_columns(pair, direct, "direct")
        found |= self._benchmark(pair, primary if isinstance(direct, str) else direct)
        estimated = self._primary(pair, primary, kind)
        reasons = [
            text for text in (found.get("data_reason"), estimated.get("data_reason")) if text
        ]
        found |= estimated | {"data_reason": " ".join(reasons) or None}
        if kind == "total":
            value = found["data_estimate"]
            found |= {"data_possible_minimum": value, "data_possible_maximum": value}
        meaning = primary.effect.meaning
        contrast = Contrast(meaning.start, meaning.end, meaning.value) if meaning.start else None
        return found, contrast or asked

    def _estimate(
        self,
        source: int,
        target: int,
        adjustment: tuple[int, ...],
        levels: tuple[str, str] | None,
        reported: tuple[int, int] | None,
    ) -> Effect | str:
        """Estimate one effect by the estimator that was asked for."""
        return self._estimator.effect(
            Question(
                self._design,
                self._linear,
                source,
                target,
                adjustment,
                levels,
                reported,
                self._options,
            )
        )

    def _joint_columns(self, pair: Pair, adjusted: Adjusted, group: str) -> dict[str, Any]:
        """Return the interval that holds over all arrows at once."""
        again = adjusted.effect
        if self._family > 1:
            question = Question(
                self._design,
                self._joint,
                pair.source,
                pair.target,
                adjusted.columns,
                pair.levels,
                again.reported,
                self._options,
            )
            wider = self._estimator.effect(question)
            if isinstance(wider, str):
                return {f"{group}_joint_low": -math.inf, f"{group}_joint_high": math.inf}
            again = wider
        return {f"{group}_joint_low": again.low, f"{group}_joint_high": again.high}

    def _primary(self, pair: Pair, adjusted: Adjusted, kind: str) -> dict[str, Any]:
        """Return the columns of the effect that is reported and refuted."""
        settings, names = self._settings, self._features.names
        effect, source, target = adjusted.effect, names[pair.source], names[pair.target]
        found = effect_columns(effect, source, kind)
        found["data_adjustment"] = adjusted.adjustment
        if isinstance(effect, LinearEffect) and settings.estimator == "linear":
            if settings.engine == "dowhy":
                columns = self._design.adjustment(adjusted.columns)
                found |= dowhy_columns(effect, columns, settings.confidence)
            else:
                found["data_method"] += ", closed form"

        def again(name: str) -> Again | None:
            if self._shared is None or not isinstance(effect, LinearEffect):
                return None
            both = pair.source, pair.target
            draws = self._shared.again(effect, both, adjusted.columns, name)
            return None if draws is None else lambda changes: draws

        return found | refuter_columns(effect, source, target, settings, self._seed, again)

    def _benchmark(self, pair: Pair, adjusted: Adjusted) -> dict[str, Any]:
        """Return the interval with a hidden cause as strong as the strongest covariate."""
        columns = set(adjusted.columns) | set(self._effects.parents(pair))
        found = benchmarked(
            self._design,
            pair.source,
            pair.target,
            adjusted.effect.meaning,
            tuple(sorted(columns - {pair.source, pair.target})),
            self._joint.confidence,
        )
        if found is None:
            return {}
        return {
            "robust_benchmark": found.covariate,
            "robust_low": found.low,
            "robust_high": found.high,
        }

    def _sensitivity(self, pair: Pair, primary: Adjusted) -> dict[str, Any]:
        """Return the linear effect, and how strong a hidden cause of it would have to be."""
        effect: Effect | str = primary.effect
        reported = primary.effect.reported
        if not isinstance(effect, LinearEffect) or len(effect.treatment.moderators):
            effect = self._linear.estimate(
                pair.source, pair.target, primary.columns, pair.levels, reported
            )
        if not isinstance(effect, LinearEffect):
            return {}
        return {
            "data_linear_estimate": effect.estimate,
            "data_linear_low": effect.low,
            "data_linear_high": effect.high,
            **sensitivity_columns(effect, self._settings.confidence),
        }

    def _levels(self, source: int) -> tuple[str, str] | None:
        """Return the contrast that the settings ask of a feature, if it has both values."""
        categories, wanted = self._features.categories[source], self._settings.levels
        if wanted is None or categories is None:
            return None
        start, end = wanted
        return (start, end) if start in categories and end in categories else None

    def _possible(self, pair: Pair) -> dict[str, Any]:
        found = self._effects.possible(pair)
        if found is None:
            return {}
        return {"data_possible_minimum": found[0], "data_possible_maximum": found[1]}


def effect_columns(effect: Effect, source: str, kind: str) -> dict[str, Any]:
    """Return an effect's columns: what it is an effect of, estimate and interval.

    Parameters
    ----------
    effect
        The effect.
    source
        The feature that it starts at.
    kind
        ``"total"`` or ``"direct"``.
    """
    start, end, outcome, _, scale, compared = effect.meaning
    return {
        "data_effect": kind,
        "data_from": start or None,
        "data_to": end,
        "data_outcome": outcome,
        "data_contrasts": compared,
        "data_scale": scale,
        "data_population": effect.population,
        "data_method": effect.method,
        "data_estimate": effect.estimate,
        "data_standard_error": effect.standard_error,
        "data_low": effect.low,
        "data_high": effect.high,
        "data_n": effect.rows,
        "data_reason": effect.note or None,
        **effect.more,
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
