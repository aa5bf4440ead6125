"""The documents behind an edge: those in which its ends attend to each other most.

Of a sample of the corpus each document that carries both ends of a pair is read as it stands, and
ranked by the attention that either end's tokens pay the other's: the larger of both directions,
mean over layers and heads. What tokens pay is read at their own position, and in the query mode
``next`` where they are predicted. Of documents with the same words one is shown. Without a model
the first documents that carry both are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from causattn.attention import AttentionLayer, Probe, Stack, capture_attention, default_stack
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureTable
from causattn.models import CarrierTokens, LanguageModel, batches, carrier_tokens, encode_texts
from causattn.report.record.carried import carried_by
from causattn.results import Run

_BATCH = 16


def examples(
    run: Run,
    corpus: Corpus,
    table: FeatureTable,
    model: LanguageModel | None,
    rows: np.ndarray,
    most: int,
    *,
    query: str | None = None,
) -> dict[str, Any]:
    """Return the documents behind each pair of the evidence and of both graphs, JSON-like.

    Parameters
    ----------
    run
        The run, its graphs and evidence written.
    corpus, table, model
        What it was made from.
    rows
        int64, the rows of the table that are looked at.
    most
        Most documents a pair.
    query
        The query mode of the study.

    Returns
    -------
    dict
        ``pairs``: two features' indices and a list of (document, attention or None);
        ``documents``: by number the pieces of the text, each with the feature that it carries or
        None, and the values of the features.
    """
    size = table.size
    attention = (
        np.zeros((len(rows), size, size))
        if model is None
        else _paid(model, corpus, table, rows, query)
    )
    holds = np.zeros((len(rows), size), dtype=bool)
    place = {int(row): k for k, row in enumerate(rows)}
    inside = np.isin(table.carriers.document, rows)
    for row, feature in zip(
        table.carriers.document[inside], table.carriers.variable[inside], strict=True
    ):
        holds[place[int(row)], feature] = True
    pairs, chosen = [], set()
    for i, j in _pairs(run, table.names):
        both = np.flatnonzero(holds[:, i] & holds[:, j])
        strength = np.maximum(attention[both, i, j], attention[both, j, i])
        order = both[np.argsort(-strength, kind="stable")]
        best = _different(order, [corpus.texts[table.documents[rows[k]]] for k in order], most)
        values = np.maximum(attention[best, i, j], attention[best, j, i])
        shown = [
            [int(table.documents[rows[k]]), None if model is None else round(float(value), 6)]
            for k, value in zip(best, values, strict=True)
        ]
        chosen |= {int(rows[k]) for k in best}
        pairs.append([i, j, shown])
    documents = {
        str(table.documents[row]): {
            "pieces": carried_by(corpus.texts[table.documents[row]], table, row),
            "values": [_value(table, row, column) for column in range(size)],
        }
        for row in sorted(chosen)
    }
    return {"pairs": pairs, "documents": documents, "ranked": model is not None}


def _different(order: np.ndarray, texts: Sequence[str], most: int) -> np.ndarray:
    """Return the first of some documents that are not the same words in another order."""
    first: dict[tuple[str, ...], int] = {}
    for k, text in zip(order.tolist(), texts, strict=True):
        first.setdefault(tuple(sorted(text.split())), k)
        if len(first) == most:
            break
    return np.array(list(first.values()), dtype=np.int64)


def _pairs(run: Run, names: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return the pairs that anything is said of, each once, first index below the second."""
    index = {name: k for k, name in enumerate(names)}
    joined = {(edge.source, edge.target) for edge in run.graph.edges()}
    if run.truth is not None:
        joined |= {(edge.source, edge.target) for edge in run.truth.edges()}
    joined |= set(zip(run.evidence["source"], run.evidence["target"], strict=True))
    found = {(index[a], index[b]) for a, b in joined if a in index and b in index}
    return sorted({(min(pair), max(pair)) for pair in found})


def _value(table: FeatureTable, row: int, column: int) -> str:
    """Return a feature's value in words."""
    value, labels = table.values[row, column], table.categories[column]
    return f"{value:.4g}" if labels is None else str(labels[int(value)])


def _paid(
    model: LanguageModel,
    corpus: Corpus,
    table: FeatureTable,
    rows: np.ndarray,
    query: str | None,
) -> np.ndarray:
    """Return what features pay each other in each document, float64 [n, f, f], row to column."""
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
