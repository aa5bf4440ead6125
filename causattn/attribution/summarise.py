"""From a model and a corpus to an `AttributionSummary`, a thousand documents at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np

from causattn.attention import AttentionMoments
from causattn.attribution.contract import Explainer
from causattn.attribution.corpus_cases import FeatureCases, feature_cases, feature_hiding
from causattn.attribution.explain import explained
from causattn.attribution.output import ModelOutput
from causattn.attribution.registry import EXPLAINERS, explainer_settings
from causattn.attribution.settings import ExplainerSettings, Scale
from causattn.attribution.summary import AttributionSummary
from causattn.base import ConfigError, generator, progress
from causattn.corpora import Corpus
from causattn.features import FeatureTable, carriers_of, check_carried, pooled_features
from causattn.models import LanguageModel

_CHUNK = 1024


def summarise_attribution(
    settings: Mapping[str, Any],
    model: LanguageModel,
    corpus: Corpus,
    features: FeatureTable,
    seed: int,
) -> AttributionSummary:
    """Explain the prediction of each feature by the others, document by document, and sum it up.

    Tokens that carry no feature stay as they are: features are explained by features. What stands
    in for a feature's tokens is what hid them in training, where the corpus says so.

    Parameters
    ----------
    settings
        The config group `attribution`, see `EXPLAINERS` and their settings.
    model, corpus, features
        Whose predictions, in which documents, of which features.
    seed
        The run's seed: draws the documents where not all are explained, and what explainers draw.

    Raises
    ------
    CapabilityError
        Where the explainer's library is not installed.
    ConfigError
        For settings that do not fit the model or the features.
    DataError
        For a feature that no document's tokens carry.
    ModelError
        Where the model lacks gradients that the explainer needs.
    """
    chosen = explainer_settings(settings)
    query = _query(chosen, model, features)
    if query != "label":
        _refuse_outcomes(model, features)
    scale: Scale = chosen.scale or ("logit" if query == "label" else "log_probability")
    explainer = EXPLAINERS[str(settings["kind"])](ModelOutput(model, scale), chosen, seed)
    hiding = feature_hiding(model, corpus, features)
    rows = np.arange(len(features.documents))
    if chosen.documents is not None and chosen.documents < len(rows):
        rng = generator(seed, "attribution", "documents")
        rows = np.sort(rng.choice(len(rows), size=chosen.documents, replace=False))
    parts = []
    with progress(f"Attribution ({explainer.name})", len(rows), "documents") as advance:
        for first in range(0, len(rows), _CHUNK):
            chunk = rows[first : first + _CHUNK]
            texts = [corpus.texts[document] for document in features.documents[chunk]]
            cases = feature_cases(
                model,
                texts,
                carriers_of(features, chunk, texts, model),
                hiding,
                rows=chunk,
                query=query,
                scale=scale,
                pooled=pooled_features(features),
                once=not explainer.draws,
            )
            parts.append(_summed(explainer, cases, features.names, query, advance, len(chunk)))
    summary = reduce(AttributionSummary.merge, parts)
    check_carried(features, summary.moments.seen(), summary.documents, "attribution")
    return summary


def _summed(
    explainer: Explainer,
    work: FeatureCases,
    names: tuple[str, ...],
    query: str,
    advance: Any,
    documents: int,
) -> AttributionSummary:
    """Return the sums of some documents."""
    size = len(names)
    count = np.zeros((size, size), dtype=np.int64)
    total, squares, maximum, signed = (np.zeros((size, size)) for _ in range(4))
    for cases, scores in explained(explainer, work.cases) if len(work.cases) else ():
        row, feature, position = work.carried(cases)
        found, present = np.zeros((len(cases), size)), np.zeros((len(cases), size), dtype=bool)
        np.add.at(found, (row, feature), scores.score[row, position])
        present[row, feature] = True
        asked, times = work.feature[cases], work.multiplicity[cases]
        present[np.arange(len(cases)), asked] = False
        found = np.where(present, found, 0.0)
        if explainer.options.unit == "share":
            whole = np.abs(found).sum(1, keepdims=True)
            found = np.divide(found, whole, out=np.zeros_like(found), where=whole > 0)
        np.add.at(count, asked, times[:, None] * present)
        np.add.at(signed, asked, times[:, None] * found)
        np.add.at(total, asked, times[:, None] * np.abs(found))
        np.add.at(squares, asked, times[:, None] * found**2)
        np.maximum.at(maximum, asked, np.abs(found))
        advance(documents * len(cases) / len(work.cases))
    moments = AttentionMoments(count, *(part[None, None] for part in (total, squares, maximum)))
    about = {
        "model": explainer.output.model.name,
        "scale": explainer.output.scale,
        "unit": explainer.options.unit,
        "sequences": len(work.cases),
        "mentions_without_token": work.lost,
        "documents_truncated": work.truncated,
    }
    method = explainer.name
    return AttributionSummary(names, moments, signed, documents, query, method, about)


def _query(chosen: ExplainerSettings, model: LanguageModel, features: FeatureTable) -> str:
    """Return which prediction is explained.

    Raises
    ------
    ConfigError
        Where the model or the features do not have it.
    """
    output = model.task == "classifier" and bool(pooled_features(features).any())
    possible = {
        "masked": model.task == "masked",
        "label": output,
        "next": model.task == "causal",
    }
    if chosen.query == "auto":
        found = next((query for query, holds in possible.items() if holds), None)
        if found is not None:
            return found
    elif possible[chosen.query]:
        return chosen.query
    raise ConfigError(
        f"attribution.query={chosen.query} cannot be asked of {model.name}, which is a "
        f"{model.task} model: masked needs a masked language model, label a classifier whose "
        "output is among the features (features.outcome=true), next a causal language model; "
        "choose another, or attribution=attention."
    )


def _refuse_outcomes(model: LanguageModel, features: FeatureTable) -> None:
    """Raise where a document's label is a feature of a model that predicts words.

    Raises
    ------
    ConfigError
        Naming the feature.
    """
    outcomes = np.flatnonzero(pooled_features(features))
    if len(outcomes):
        raise ConfigError(
            f"Feature {features.names[outcomes[0]]} is the documents' label, which {model.name}, a "
            f"{model.task} model, neither predicts nor reads; set features.outcome=false, or train "
            "a classifier."
        )
