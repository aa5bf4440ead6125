"""The documents behind an edge: those in which its ends attend to each other most.

Of a sample of the corpus each document that carries both ends of a pair is read as it stands, and
ranked by the attention that either end's tokens pay the other's: the larger of both directions,
mean over layers and heads. What tokens pay is read at their own position, and in the query mode
``next`` where they are predicted. Of documents with the same words one is shown. Without a model
the first documents that carry both are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.corpora import Corpus
from causattn.features import FeatureTable
from causattn.report.record.carried import carried_by
from causattn.results import Run

if TYPE_CHECKING:
    from causattn.models import LanguageModel


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
    attention = np.zeros((len(rows), size, size))
    if model is not None:
        from causattn.report.record.paid import paid_by_features

        attention = paid_by_features(model, corpus, table, rows, query)
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
