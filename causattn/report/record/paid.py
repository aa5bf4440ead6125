"""What features pay each other in single documents, the mean over layers and heads."""

from __future__ import annotations

import numpy as np
import torch

from causattn.attention import AttentionLayer, Probe, Stack, capture_attention, default_stack
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureTable
from causattn.models import CarrierTokens, LanguageModel, batches, carrier_tokens, encode_texts

_BATCH = 16


def paid_by_features(
    model: LanguageModel,
    corpus: Corpus,
    table: FeatureTable,
    rows: np.ndarray,
    query: str | None,
) -> np.ndarray:
    """Return what features pay each other in each document, float64 [n, f, f], row to column.

    Parameters
    ----------
    model, corpus, table
        What the run was made from.
    rows
        int64 [n], the rows of the table that are looked at.
    query
        The query mode of the study.
    """
    texts = [corpus.texts[d] for d in table.documents[rows]]
    encoding = encode_texts(model, texts, "truncate")
    carriers = carrier_tokens(encoding, _only(table, rows))
    stack = default_stack(None, model.network.config, model.name)
    alone: Stack | None = "encoder" if stack == "encoder" else None
    work = list(batches(encoding, _BATCH))
    inputs = [{name: t.to(model.device) for name, t in each.inputs.items()} for each in work]
    paid = np.zeros((len(rows), table.size, table.size))
    with capture_attention(model.network, inputs[0], stack=alone) as capture:
        for batch, given in zip(work, inputs, strict=True):
            probe = _MeanProbe(stack, query)
            capture.run(given, probe)
            mean = probe.mean()
            for k, document in enumerate(batch.documents):
                paid[document] = _by_feature(mean[k], carriers, int(document), table.size)
    return paid


def _by_feature(
    weights: np.ndarray, carriers: CarrierTokens, document: int, size: int
) -> np.ndarray:
    """Return attention [T, T] as mean over a feature's tokens of the sum over another's, [f, f]."""
    first, last = carriers.bounds[document], carriers.bounds[document + 1]
    sums = np.zeros((len(weights), size))
    sums[carriers.position[first:last], carriers.feature[first:last]] = 1
    counts = np.maximum(sums.sum(0), 1)
    paid: np.ndarray = (sums / counts).T @ weights @ sums
    return paid


def _only(table: FeatureTable, rows: np.ndarray) -> Mentions:
    """Return the mentions of some rows, which are counted again from 0."""
    mentions = table.carriers
    inside = np.isin(mentions.document, rows)
    return Mentions(
        np.searchsorted(rows, mentions.document[inside]),
        mentions.variable[inside],
        mentions.start[inside],
        mentions.end[inside],
    )


class _MeanProbe(Probe):
    """Averages one batch over layers and heads."""

    def __init__(self, stack: Stack, query: str | None) -> None:
        self._stack, self._query = stack, query
        self._sum: torch.Tensor | None = None
        self._layers = 0

    def wants(self, layer: AttentionLayer) -> bool:
        """Return whether this is a layer of the stack."""
        return layer.stack == self._stack

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        """Add one layer."""
        mean = weights.mean(1)
        self._sum = mean if self._sum is None else self._sum + mean
        self._layers += 1

    def mean(self) -> np.ndarray:
        """Return the mean, float64 [B, T, T], from token (row) to token (column)."""
        assert self._sum is not None
        mean: np.ndarray = (self._sum / self._layers).cpu().double().numpy()
        if self._stack == "cross":
            # A decoder reads the document one position late, and its last token not at all.
            mean = np.concatenate([mean[:, 1:], np.zeros_like(mean[:, :1])], axis=1)
        elif self._query == "next":
            # A token is predicted one position before it, and the first one not at all.
            mean = np.concatenate([np.zeros_like(mean[:, :1]), mean[:, :-1]], axis=1)
        return mean
