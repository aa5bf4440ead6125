"""What a claim is put through: other searches, effects in data, refuters, interventions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from causattn.candidates import CandidateEdges
from causattn.corpora import Corpus
from causattn.effects.collect import Claims, claims_of
from causattn.effects.contract import READS
from causattn.effects.estimate.data_effects import DataEffects
from causattn.effects.robust import OtherSearches
from causattn.effects.settings import DowhySettings
from causattn.effects.unseen import Search, unseen
from causattn.effects.verdict import UNSEEN
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.effects.interventions.changes import ModelEffect
    from causattn.effects.interventions.contrast import Contrast
    from causattn.effects.interventions.interventions import ModelInterventions
    from causattn.models import LanguageModel

OUTPUT = "output"
_NOT_AN_OUTPUT = "A hidden slot answers with the model's conditional, which is no intervention."


class ClaimTests:
    """Other searches, data effects, refuters and interventions of one study."""

    def __init__(
        self,
        settings: DowhySettings,
        claims: Claims,
        given: bool,
        search: Search | None,
        features: FeatureTable,
        candidates: CandidateEdges | None,
        model: LanguageModel | None,
        corpus: Corpus,
        seed: int,
    ) -> None:
        self._settings, self._names = settings, features.names
        unseen_by, why = _unseen(settings, None if given else search, features, seed)
        family = _family(claims if given else None, unseen_by, candidates)
        self._others = OtherSearches(
            claims.graph, features, settings.bootstraps, settings.search_s, seed
        )
        self._interventions: ModelInterventions | None = None
        arrows = family or int(claims.graph.directed().sum())
        self._data = DataEffects(settings, claims.graph, features, seed, arrows)
        self._rows, self._why = UNSEEN if given else "seen", why
        self._halves = [
            (one.claims.graph, DataEffects(settings, one.claims.graph, one.features, seed, family))
            for one in unseen_by
        ]
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
                reads=settings.reads,
            )

    def _effects(
        self, source: int, target: int, row: Mapping[str, Any]
    ) -> tuple[dict[str, Any], Contrast | None]:
        """Return the columns of the data, from documents that discovery has not seen if any."""
        if row["discovery_directed"]:
            for graph, effects in self._halves:
                if _draws(graph, self._names[source], self._names[target]):
                    found, contrast = effects.columns(source, target)
                    return found | {"data_rows": UNSEEN}, contrast
        found, contrast = self._data.columns(source, target)
        if "data_estimate" not in found:
            return found, contrast
        if row["discovery_directed"] and (self._halves or self._why):
            lost = "Half of the documents do not draw this arrow." if self._halves else ""
            why = (lost, self._why, found.get("data_reason"))
            found["data_reason"] = " ".join(filter(None, why))
        return found | {"data_rows": self._rows}, contrast

    def columns(self, source: int, target: int, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of other searches, data, refuters and model for one pair."""
        settings = self._settings
        of_data, contrast = self._effects(source, target, row)
        found = self._others.columns(self._names[source], self._names[target]) | of_data
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
        # What a decoder predicts next is its output.
        if effect.reads in (OUTPUT, *READS):
            return found | _model_columns(effect, "model") | {"model_reads": effect.reads}
        return found | _model_columns(effect, "conditional") | {"model_reason": _NOT_AN_OUTPUT}

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


def _draws(graph: CausalGraph, source: str, target: str) -> bool:
    """Return whether a graph directs source --> target."""
    if source not in graph.names or target not in graph.names:
        return False
    return graph.symbol(source, target) == "-->"


class _Unseen(NamedTuple):
    """What a repetition of the search claims, and documents that it has not seen."""

    claims: Claims
    features: FeatureTable


def _unseen(
    settings: DowhySettings, search: Search | None, features: FeatureTable, seed: int
) -> tuple[list[_Unseen], str]:
    """Return the repetitions of the search, and why one that was asked for is not among them."""
    if search is None:
        return [], ""
    found = list(unseen(settings.split, search, features, seed))
    good = [
        _Unseen(claims_of(one.graph), one.features)
        for one in found
        if one.graph is not None and one.features is not None
    ]
    return good, next((one.reason for one in found if one.reason), "")


def _family(
    claims: Claims | None, unseen_by: list[_Unseen], candidates: CandidateEdges | None
) -> int:
    """Return over how many arrows the joint intervals hold at once.

    They are those that were drawn before the documents were looked at; all candidate pairs, where
    a screen chose them by all of the documents.
    """
    if claims is not None:
        return int(claims.graph.directed().sum())
    if not unseen_by:
        return 0
    drawn = sum(int(one.claims.graph.directed().sum()) for one in unseen_by)
    return max(drawn, 0 if candidates is None else int(candidates.allowed.sum()) // 2)


def _model_columns(effect: ModelEffect, group: str) -> dict[str, Any]:
    """Return the columns of what a model says to changed tokens."""
    return {
        f"{group}_kind": effect.kind,
        f"{group}_outcome": effect.outcome,
        f"{group}_scale": effect.scale,
        f"{group}_estimate": effect.estimate,
        f"{group}_low": effect.low,
        f"{group}_high": effect.high,
        f"{group}_total_variation": effect.total_variation,
        f"{group}_n": effect.documents,
    }
