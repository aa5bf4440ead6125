"""What a model loses when one feature may no longer attend to another.

For a masked language model: feature i is hidden, and the distribution over its values' tokens is
predicted twice, as the model is and with the attention from i's tokens to j's tokens cut in every
chosen layer and head. The effect of the edge j -> i (information flows from the attended to the
attending feature) is the total variation distance between the two, in [0, 1], averaged over
documents. Attention that changes nothing has effect 0, however large it is: see Jain and Wallace
(2019), "Attention is not explanation", and the decoy head of the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from causattn.attention.capture.stream import Capture
from causattn.attention.corpus_sum.runner import Runner
from causattn.attention.corpus_sum.work import masked_work
from causattn.attention.documents import carried_documents
from causattn.attention.hiding import feature_hiding
from causattn.attention.interventions.knock_out import Kind, KnockOut, editable_attention
from causattn.attention.measures.accumulate import Accumulator
from causattn.attention.measures.moments import AttentionMoments
from causattn.base import ConfigError, track
from causattn.corpora import Corpus
from causattn.features import FeatureTable
from causattn.models import LanguageModel


@dataclass(frozen=True)
class EdgeEffects:
    """Effects of cutting the attention between features.

    Parameters
    ----------
    names
        The f features' names.
    moments
        Of the total variation distance over documents, [1, 1, f, f], **from attending (row) to
        attended feature (column)**.
    kind
        How attention was cut.
    rows_kept
        Rows that the cut would have emptied and that were left whole.
    """

    names: tuple[str, ...]
    moments: AttentionMoments
    kind: Kind
    rows_kept: int

    @property
    def effect(self) -> np.ndarray:
        """Mean effect, float64 [f, f], turned over to flow **from row to column**, diagonal 0."""
        effect = self.moments.mean()[0, 0].T.copy()
        np.fill_diagonal(effect, 0.0)
        return effect


def edge_effects(
    model: LanguageModel,
    corpus: Corpus,
    features: FeatureTable,
    seed: int,
    *,
    kind: Kind = "renormalise",
    heads: Mapping[int, tuple[int, ...] | None] | None = None,
    documents: int | None = 200,
    batch_tokens: int = 16_384,
) -> EdgeEffects:
    """Cut the attention of every ordered pair of features in turn, and see what the model loses.

    Parameters
    ----------
    model
        A masked language model.
    corpus, features
        Which documents, and which features to cut between.
    seed
        The run's seed; draws the documents where not all are taken.
    kind
        ``"renormalise"`` or ``"zero"``, see `KnockOut`.
    heads
        Which heads of which layer are cut; None for all.
    documents
        Most documents to look at, drawn without replacement; None for all.
    batch_tokens
        Tokens in a batch, padding included.

    Raises
    ------
    ConfigError
        Where the model is no masked language model, or the kind needs replacement weights.
    ModelError
        Where the model's attention cannot be changed.
    """
    if kind not in ("renormalise", "zero"):
        raise ConfigError(f"kind={kind} needs weights from elsewhere; choose renormalise or zero.")
    hidden = feature_hiding(model, corpus, features)
    found = carried_documents(model, corpus, features, documents, seed)
    encoding, carriers = found.encoding, found.carriers
    work = masked_work(encoding, carriers, hidden)
    pooled = np.zeros(features.size, dtype=bool)
    runner = Runner(encoding, carriers, work, hidden, pooled, "self", model.device)
    batches = work.batches(encoding.lengths, batch_tokens, padding=encoding.pad_id is not None)
    sums = Accumulator(1, 1, features.size)
    kept = 0
    with editable_attention(model.network, runner.inputs(batches[0])) as capture:
        for batch in track(batches, "Cutting attention", unit="batches"):
            kept += _cut_batch(runner, capture, batch, sums, kind, heads)
    return EdgeEffects(features.names, sums.moments(), kind, kept)


def _cut_batch(
    runner: Runner,
    capture: Capture,
    rows: np.ndarray,
    sums: Accumulator,
    kind: Kind,
    heads: Mapping[int, tuple[int, ...] | None] | None,
) -> int:
    """Cut each feature in turn from the hidden one; return how many rows were left whole."""
    inputs = runner.inputs(rows)
    length = inputs["input_ids"].shape[1]
    batch = runner.carriers_of(rows, length)
    queries = batch.queries.indicator(length).amax(-1) > 0
    keys = batch.keys.indicator(length) > 0
    before = _predictions(capture, inputs, None)
    kept = 0
    losses = []
    for column in range(keys.shape[2]):
        edges = queries[:, :, None] & keys[:, None, :, column]
        edit = KnockOut(kind, edges=edges, heads=heads)
        after = _predictions(capture, inputs, edit)
        distance = (after - before).abs().sum(-1) / 2
        share = queries / queries.sum(1, keepdim=True).clamp(min=1)
        losses.append((distance * share).sum(1))
        kept += edit.rows_kept
    sums.count(batch.queries, batch.keys, batch.multiplicity)
    values = torch.stack(losses, dim=1)[:, None, :, None]
    sums.add(values, batch.queries, batch.keys, batch.multiplicity)
    return kept


def _predictions(
    capture: Capture, inputs: Mapping[str, torch.Tensor], edit: KnockOut | None
) -> torch.Tensor:
    """Return the distribution over the vocabulary at every position, [B, T, vocabulary]."""
    logits: torch.Tensor = capture.edited(inputs, edit).logits
    return logits.float().softmax(-1)
