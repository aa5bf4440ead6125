"""Collecting the evidence: one row an ordered pair, every source asked in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from causattn.base import choose, generator, settings_from, track
from causattn.candidates import CandidateEdges
from causattn.corpora import Corpus
from causattn.effects._adjustment import AdjustmentSets
from causattn.effects._design import Design
from causattn.effects._dowhy import dowhy_frame, dowhy_linear
from causattn.effects._evidence import EvidenceTable
from causattn.effects._interventions import Contrast, ModelInterventions
from causattn.effects._known import attention_columns, discovery_columns, pairs, truth_columns
from causattn.effects._linear import LinearEffect, LinearEffects
from causattn.effects._refuters import (
    Refutation,
    data_subset,
    permuted_placebo,
    random_common_cause,
)
from causattn.effects._settings import DowhySettings, NoneSettings
from causattn.effects._verdict import VerdictRule, judge
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph
from causattn.models import LanguageModel

KINDS: dict[str, type[DowhySettings] | type[NoneSettings]] = {
    "dowhy": DowhySettings,
    "none": NoneSettings,
}
_AGREE = 1e-6


def collect_evidence(
    settings: Mapping[str, Any],
    graph: CausalGraph,
    features: FeatureTable,
    candidates: CandidateEdges | None,
    model: LanguageModel | None,
    corpus: Corpus,
    seed: int,
) -> EvidenceTable:
    """Return the evidence for and against every pair that was allowed, found, or is true.

    Parameters
    ----------
    settings
        The group `effects` of the configuration: ``kind`` (``dowhy`` or ``none``) and the fields
        of `DowhySettings`.
    graph
        What discovery found, over the features' names.
    features
        Documents by features.
    candidates
        The candidate edges; None where every pair was allowed.
    model
        The model to intervene on; None for no interventions.
    corpus
        The documents; its truth, where it has one, goes into the table beside the verdicts.
    seed
        The run's seed. Draws of an edge depend on it and on the edge's names only.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    """
    kind = choose(str(settings.get("kind", "dowhy")), KINDS, "effects")
    chosen: DowhySettings | NoneSettings = settings_from(kind, settings, "effects")
    rule = VerdictRule(negligible=chosen.negligible)
    tests = _Tests(chosen, graph, features, model, corpus, seed)
    names = features.names
    rows = []
    wanted = pairs(names, graph, candidates, corpus.truth)
    for source, target in track(wanted, "collecting evidence", unit="pairs"):
        both = names[source], names[target]
        row: dict[str, Any] = {"source": both[0], "target": both[1]}
        row |= attention_columns(candidates, *both)
        row |= discovery_columns(graph, *both)
        row |= tests.columns(source, target, row)
        verdict, reason = judge(row, rule)
        # The truth comes after the verdict, which must not know it.
        row |= {"verdict": verdict, "verdict_reason": reason} | truth_columns(corpus.truth, *both)
        rows.append(row)
    return EvidenceTable.from_rows(rows, {"settings": asdict(chosen), "seed": seed})


class _Tests:
    """Data effects, refuters and interventions of one study."""

    def __init__(
        self,
        settings: DowhySettings | NoneSettings,
        graph: CausalGraph,
        features: FeatureTable,
        model: LanguageModel | None,
        corpus: Corpus,
        seed: int,
    ) -> None:
        self._settings, self._seed, self._features = settings, seed, features
        self._interventions: ModelInterventions | None = None
        if not isinstance(settings, DowhySettings):
            return
        self._sets = AdjustmentSets(graph)
        self._in_graph = {name: k for k, name in enumerate(graph.names)}
        self._column = {name: k for k, name in enumerate(features.names)}
        self._design = Design(features, settings.minimum_count)
        self._linear = LinearEffects(self._design, settings.standard_error, settings.confidence)
        if model is not None and settings.interventions != "none":
            self._interventions = ModelInterventions(
                model,
                corpus,
                features,
                documents=settings.documents,
                operation=settings.operation,
                confidence=settings.confidence,
                batch_size=settings.batch_size,
                seed=seed,
            )

    def columns(self, source: int, target: int, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of data, refuters and model for one pair."""
        settings = self._settings
        if not isinstance(settings, DowhySettings):
            return {"data_reason": "Not asked for (effects=none)."}
        found, contrast = self._data(source, target, row, settings)
        if self._interventions is None:
            return found | {"model_reason": "Not asked for."}
        if settings.interventions == "edges" and row.get("discovery_edge") is None:
            return found | {"model_reason": "Not asked for: the pair is no edge of the graph."}
        effect = self._interventions.effect(source, target, contrast)
        if isinstance(effect, str):
            return found | {"model_reason": effect}
        return found | {
            "model_kind": effect.kind,
            "model_reads": effect.reads,
            "model_outcome": effect.outcome,
            "model_scale": effect.scale,
            "model_estimate": effect.estimate,
            "model_low": effect.low,
            "model_high": effect.high,
            "model_total_variation": effect.total_variation,
            "model_n": effect.documents,
        }

    def _data(
        self, source: int, target: int, row: Mapping[str, Any], settings: DowhySettings
    ) -> tuple[dict[str, Any], Contrast | None]:
        """Return the data effect's columns, and its contrast for the model to try."""
        names = self._features.names
        levels = self._levels(source, settings)
        asked = Contrast(*levels, None) if levels else None
        if not row["discovery_directed"]:
            return {
                "data_reason": f"The graph has no edge {names[source]} --> {names[target]}."
            }, asked
        adjustment = self._sets.find(
            self._in_graph[names[source]], self._in_graph[names[target]], settings.adjustment
        )
        if adjustment.variables is None:
            return {"data_reason": adjustment.reason}, asked
        given = [self._sets.graph.names[k] for k in adjustment.variables]
        columns = tuple(self._column[name] for name in given)
        effect = self._linear.estimate(source, target, columns, levels)
        found: dict[str, Any] = {"data_adjustment": given}
        if isinstance(effect, str):
            return found | {"data_reason": effect}, asked
        found |= effect_columns(effect)
        found |= self._by_dowhy(effect, columns, settings)
        found |= self._refuted(effect, source, target, settings)
        start, end = effect.treatment.labels[effect.contrast]
        value = effect.outcome.levels[effect.column]
        return found, Contrast(start, end, value) if start else None

    def _levels(self, source: int, settings: DowhySettings) -> tuple[str, str] | None:
        """Return the contrast that the settings ask of a feature, if it has both values."""
        categories = self._features.categories[source]
        if settings.levels is None or categories is None:
            return None
        start, end = settings.levels
        return (start, end) if start in categories and end in categories else None

    def _by_dowhy(
        self, effect: LinearEffect, adjustment: tuple[int, ...], settings: DowhySettings
    ) -> dict[str, Any]:
        """Return DoWhy's own estimate, and a warning where ours is another."""
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
        self, effect: LinearEffect, source: int, target: int, settings: DowhySettings
    ) -> dict[str, Any]:
        """Return the columns of the refuters that were asked for."""
        names, draws = self._features.names, settings.draws
        run: dict[str, tuple[str, Callable[[np.random.Generator], Refutation]]] = {
            "placebo": ("mean", lambda rng: permuted_placebo(effect, draws, rng, settings.alpha)),
            "random_common_cause": (
                "shift",
                lambda rng: random_common_cause(effect, draws, rng, settings.refuter_alpha),
            ),
            "data_subset": (
                "scatter",
                lambda rng: data_subset(
                    effect, settings.subset_fraction, draws, rng, settings.refuter_alpha
                ),
            ),
        }
        found: dict[str, Any] = {}
        for name, (measure, refute) in run.items():
            if name not in settings.refuters:
                found[f"{name}_outcome"] = "Not asked for."
                continue
            # One stream an edge and refuter, by name: draw k is the same whatever else is run.
            rng = generator(self._seed, "effects", names[source], names[target], name)
            try:
                refutation = refute(rng)
            except np.linalg.LinAlgError:
                refutation = Refutation(
                    np.nan, np.nan, "Not run: some draws leave the treatment no room to vary."
                )
            found |= {
                f"{name}_p": refutation.p,
                f"{name}_{measure}": refutation.measure,
                f"{name}_outcome": refutation.outcome,
            }
        return found


def effect_columns(effect: LinearEffect) -> dict[str, Any]:
    """Return the evidence columns of an estimated effect."""
    start, end = effect.treatment.labels[effect.contrast]
    return {
        "data_from": start or None,
        "data_to": end,
        "data_outcome": effect.outcome.labels[effect.column],
        "data_contrasts": effect.compared,
        "data_scale": effect.outcome.scale,
        "data_estimate": effect.estimate,
        "data_standard_error": effect.standard_error,
        "data_low": effect.low,
        "data_high": effect.high,
        "data_n": effect.outcome_residual.shape[1],
    }
