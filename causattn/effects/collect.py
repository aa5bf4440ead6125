"""Collecting the evidence: one row an ordered pair, every source asked in turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from causattn.base import ConfigError, choose, settings_from, track
from causattn.candidates import CandidateEdges
from causattn.corpora import Corpus
from causattn.effects.evidence import EvidenceTable
from causattn.effects.known import candidate_columns, discovery_columns, pairs, truth_columns
from causattn.effects.settings import MOVED, DowhySettings, NoneSettings
from causattn.effects.verdict import VerdictRule, judge
from causattn.features import FeatureKind, FeatureTable
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.effects.interventions.interventions import ModelInterventions
    from causattn.models import LanguageModel

KINDS: dict[str, type[DowhySettings] | type[NoneSettings]] = {
    "dowhy": DowhySettings,
    "none": NoneSettings,
}


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

    A feature and an outcome get a row in any case, with the feature's total effect where the graph
    has a causal path but no edge.

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
    chosen = effect_settings(settings)
    rule = VerdictRule(negligible=chosen.negligible)
    tests = _Tests(chosen, graph, features, model, corpus, seed)
    names = features.names
    rows = []
    outputs = tuple(k for k, kind in enumerate(features.kinds) if kind is FeatureKind.OUTPUT)
    wanted = pairs(names, graph, candidates, corpus.truth, outputs)
    for source, target in track(wanted, "collecting evidence", unit="pairs"):
        both = names[source], names[target]
        row: dict[str, Any] = {"source": both[0], "target": both[1]}
        row |= candidate_columns(candidates, *both)
        row |= discovery_columns(graph, *both)
        row |= tests.columns(source, target, row)
        verdict, reason = judge(row, rule)
        # The truth comes after the verdict, which must not know it.
        row |= {"verdict": verdict, "verdict_reason": reason} | truth_columns(corpus.truth, *both)
        rows.append(row)
    return EvidenceTable.from_rows(rows, {"settings": asdict(chosen), "seed": seed})


def effect_settings(settings: Mapping[str, Any]) -> DowhySettings | NoneSettings:
    """Return the settings of the group `effects`, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    """
    kind = choose(str(settings.get("kind", "dowhy")), KINDS, "effects.kind")
    for key in settings:
        if key in MOVED:
            raise ConfigError(f"effects.{key} is now effects.{MOVED[key]}; set that.")
    return settings_from(kind, settings, "effects")


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
        self._settings = settings
        self._interventions: ModelInterventions | None = None
        if not isinstance(settings, DowhySettings):
            return
        from causattn.effects.estimate.data_effects import DataEffects

        self._data = DataEffects(settings, graph, features, seed)
        if model is not None and settings.interventions != "none":
            from causattn.effects.interventions.interventions import ModelInterventions

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
        found, contrast = self._data.columns(source, target)
        if self._interventions is None:
            return found | {"model_reason": "Not asked for."}
        if settings.interventions == "edges" and row.get("discovery_edge") is None:
            return found | {"model_reason": "Not asked for: the pair is no edge of the graph."}
        if settings.attention_levels:
            found |= self._tau(source, target)
        if settings.knock_outs != "none":
            found |= self._cut(source, target, settings.knock_outs)
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

    def _cut(self, source: int, target: int, kind: str) -> dict[str, Any]:
        """Return the columns of attention cut along the edge."""
        assert self._interventions is not None
        effect = self._interventions.cut(source, target, kind)
        if isinstance(effect, str):
            return {"knock_out_reason": effect}
        return {
            "knock_out_kind": effect.kind,
            "knock_out_effect": effect.estimate,
            "knock_out_low": effect.low,
            "knock_out_high": effect.high,
            "knock_out_n": effect.documents,
        }

    def _tau(self, source: int, target: int) -> dict[str, Any]:
        """Return the columns of the effect between the values chosen by attention."""
        assert self._interventions is not None
        levels = self._interventions.attention_levels(source, target)
        effect = self._interventions.attention_effect(source, target)
        if isinstance(effect, str) or isinstance(levels, str):
            return {"tau_reason": str(effect)}
        return {
            "tau_from": levels[0],
            "tau_to": levels[1],
            "tau_estimate": effect.estimate,
            "tau_low": effect.low,
            "tau_high": effect.high,
        }
