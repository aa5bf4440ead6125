"""From a model and a corpus to an `AttentionSummary`, in one pass and constant memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from causattn.attention._capture import capture_attention
from causattn.attention._covariance import CovarianceMeasure
from causattn.attention._documents import carried_documents
from causattn.attention._flow import FlowMeasure
from causattn.attention._gradients import GradientMeasure
from causattn.attention._hiding import feature_hiding
from causattn.attention._measures import MeanMeasure, Measure, MeasureShape, RawMeasure
from causattn.attention._norms import NormMeasure
from causattn.attention._rollout import RolloutMeasure
from causattn.attention._runner import Runner, check_gradients
from causattn.attention._settings import attention_settings, chosen_indices, default_stack
from causattn.attention._summary import AttentionSummary
from causattn.attention._summary_probe import SummaryProbe
from causattn.attention._work import masked_work, observed_work
from causattn.base import ConfigError, track
from causattn.corpora import POOLED, Corpus
from causattn.features import FeatureTable
from causattn.models import LanguageModel

MEASURES: Mapping[str, type[Measure]] = {
    "raw": RawMeasure,
    "mean": MeanMeasure,
    "rollout": RolloutMeasure,
    "flow": FlowMeasure,
    "norm": NormMeasure,
    "covariance": CovarianceMeasure,
    "gradient": GradientMeasure,
}


def summarise_attention(
    settings: Mapping[str, Any],
    model: LanguageModel,
    corpus: Corpus,
    features: FeatureTable,
    seed: int,
) -> AttentionSummary:
    """Run the model over the corpus and sum its attention from feature to feature.

    Parameters
    ----------
    settings
        The config group `attention`, see `StreamedSettings`.
    model, corpus, features
        Whose attention, over which documents, between which features.
    seed
        The run's seed; draws the documents where not all are summarised.

    Raises
    ------
    ConfigError
        For settings that do not fit the model, or sums that would not fit into memory.
    DataError
        For a feature that no document's tokens carry.
    ModelError
        Where the model gives no attention weights.
    """
    chosen = attention_settings(settings, MEASURES)
    stack = default_stack(chosen.stack, model.network.config.is_encoder_decoder, model.name)
    hidden = feature_hiding(model, corpus, features) if chosen.query == "masked" else None
    gradient = any(issubclass(MEASURES[name], GradientMeasure) for name in chosen.measures)
    documents = carried_documents(model, corpus, features, chosen.documents, seed)
    encoding, carriers = documents.encoding, documents.carriers
    work = (
        observed_work(encoding, carriers)
        if hidden is None
        else masked_work(encoding, carriers, hidden, apart=gradient)
    )
    pooled = np.isin(
        np.arange(features.size), features.carriers.variable[features.carriers.start == POOLED]
    )
    runner = Runner(encoding, carriers, work, hidden, pooled, stack, model.device)
    batches = work.batches(
        encoding.lengths, chosen.batch_tokens, padding=encoding.pad_id is not None
    )
    with capture_attention(
        model.network, runner.inputs(batches[0]), stack="encoder" if stack == "encoder" else None
    ) as capture:
        of_stack = [layer for layer in capture.layers if layer.stack == stack]
        shape = MeasureShape(
            layers=chosen_indices(chosen.layers, len(of_stack), "layers", model.name),
            heads=chosen_indices(chosen.heads, capture.heads, "heads", model.name),
            features=features.size,
        )
        _check_memory(chosen.measures, shape, chosen.memory_gb)
        measures = {name: MEASURES[name](shape) for name in chosen.measures}
        by_gradient = [m for m in measures.values() if isinstance(m, GradientMeasure)]
        if by_gradient:
            check_gradients(model.task, model.name, hidden is not None, bool(pooled.any()))
        probe = SummaryProbe(
            [m for m in measures.values() if not isinstance(m, GradientMeasure)],
            shape,
            capture.heads,
            stack,
            model.device,
        )
        for batch in track(batches, "Attention", unit="batches"):
            runner.run(capture, probe, by_gradient, batch)
        names = [of_stack[layer].name for layer in shape.layers]
        about = {
            "model": model.name,
            "capture": capture.method,
            "stack": stack,
            "layers": list(shape.layers),
            "layer_names": names,
            "heads": list(shape.heads),
            "sequences": len(work),
            "mentions_without_token": len(carriers.lost),
        }
    moments = {name: measure.moments() for name, measure in measures.items()}
    return AttentionSummary(features.names, moments, len(documents), chosen.query, about)


def _check_memory(measures: tuple[str, ...], shape: MeasureShape, limit_gb: float) -> None:
    """Raise before the run where the sums would not fit into the memory allowed."""
    parts = len(shape.layers) * len(shape.heads)
    matrices = sum(3 * (parts if MEASURES[name].per_head else 1) + 1 for name in measures)
    needed = matrices * shape.features**2 * 8 / 1e9
    if needed > limit_gb:
        raise ConfigError(
            f"The sums of {shape.features} features over {len(shape.layers)} layers and "
            f"{len(shape.heads)} heads take {needed:.1f} GB, more than attention.memory_gb="
            f"{limit_gb:g}; use fewer features, name attention.layers and attention.heads, drop "
            "raw from attention.measures, or allow more."
        )
