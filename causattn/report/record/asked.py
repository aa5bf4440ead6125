"""Examples for which the model is asked: of features, of documents, and what turns its answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.base import CausattnError
from causattn.exemplars import document_vectors
from causattn.graphs import Edge
from causattn.report.record.document_examples import document_examples, edits_of
from causattn.report.record.feature_examples import feature_examples
from causattn.report.record.question import DocumentSample, question_of, subject_of
from causattn.report.record.settings import PageSettings
from causattn.results import Run


def asked_examples(
    run: Run, sample: DocumentSample, looked: np.ndarray, settings: PageSettings
) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the documents' vectors, and examples of ``features`` and ``documents``.

    Parameters
    ----------
    run
        The run, its results written.
    sample
        The documents, and the model that is asked.
    looked
        int64, the rows of which everything is shown.
    settings
        How much is kept.
    """
    vectors = document_vectors(sample.model, sample.texts)
    question = question_of(sample, subject_of(run.graph, sample))
    seed = int(run.config.get("seed", 0))
    return vectors, {
        "features": feature_examples(question, sample, vectors, settings.examples),
        "documents": document_examples(question, sample, vectors, looked, settings, seed),
    }


def edge_edits(
    run: Run, edges: list[dict[str, Any]], sample: DocumentSample, settings: PageSettings
) -> None:
    """Add to each edge what turns the model's answer on its target, in a typical document.

    Edges of the graph and of the truth have it, each the way it points; other pairs that the
    evidence speaks of do not.
    """
    if not settings.edits:
        return
    names = sample.table.names
    graphs = [run.graph] if run.truth is None else [run.graph, run.truth]
    joined = {pair for graph in graphs for edge in graph.edges() for pair in _ways(edge)}
    known: dict[int, Any] = {}
    for edge in edges:
        target = edge["target"]
        if (names[edge["source"]], names[target]) not in joined:
            continue
        if target not in known:
            known[target] = question_of(sample, target)
        question = known[target]
        if isinstance(question, str) or not edge["typical"]:
            continue
        row = max(edge["typical"], key=lambda each: each[3])[2]
        try:
            found = edits_of(question, row, settings)
        except CausattnError as error:
            edge["edits_reason"] = str(error)
            continue
        if found is not None:
            edge["edits"] = {
                "row": row, "asked": question.words, "labels": list(question.labels), **found
            }  # fmt: skip


def _ways(edge: Edge) -> list[tuple[str, str]]:
    """Return the pairs, from cause to effect, that an edge leaves possible."""
    there, back = (edge.source, edge.target), (edge.target, edge.source)
    return [there] if edge.symbol in ("-->", "o->") else [there, back]
