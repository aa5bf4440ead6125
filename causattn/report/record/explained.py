"""Explanation by examples: what a run keeps of it in ``examples.json``, and as its page's data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from causattn.base import CausattnError, read_json, write_json
from causattn.corpora import Corpus
from causattn.exemplars import document_vectors
from causattn.features import FeatureTable, with_carriers
from causattn.graphs import Edge
from causattn.models import LanguageModel
from causattn.report.page.graph_data import plain
from causattn.report.record.carried import carried_by
from causattn.report.record.document_examples import document_examples, edits_of
from causattn.report.record.edge_examples import edge_examples
from causattn.report.record.feature_examples import feature_examples
from causattn.report.record.kept import read_kept
from causattn.report.record.question import DocumentSample, question_of, subject_of
from causattn.report.record.settings import PageSettings
from causattn.results import Run

FILE = "examples.json"
SCHEMA = 1
LONGEST = 600
"""Characters of a document that a list of examples shows."""


def record_examples(
    run: Run,
    corpus: Corpus,
    table: FeatureTable,
    model: LanguageModel | None,
    rows: np.ndarray,
    looked: np.ndarray,
    settings: PageSettings,
) -> None:
    """Write a run's ``examples.json``.

    Parameters
    ----------
    run
        The run, its results written.
    corpus, table, model
        What it was made from; the carriers of `rows` at hand.
    rows
        int64, the sample: the first rows of the table.
    looked
        int64, the rows of which everything is shown.
    settings
        How much is kept.
    """
    seed = int(run.config.get("seed", 0))
    texts = [corpus.texts[d] for d in table.documents[rows]]
    about: dict[str, Any] = {"schema": SCHEMA, "sample": len(rows), "documents": []}
    about |= {"edges": [], "features": []}
    vectors = None
    if settings.examples:
        if model is not None:
            sample = DocumentSample(corpus, model, table, texts)
            vectors = document_vectors(model, texts)
            question = question_of(sample, subject_of(run.graph, sample))
            about["features"] = feature_examples(question, sample, vectors, settings.examples)
            about["documents"] = document_examples(
                question, sample, vectors, looked, settings, seed
            )
        about["edges"] = edge_examples(run, table, vectors, settings.examples)
        if model is not None:
            _edge_edits(run, about["edges"], sample, settings)
    shown = np.array(sorted(set(_rows(about))), dtype=np.int64)
    carried = with_carriers(table, shown, [corpus.texts[d] for d in table.documents[shown]], model)
    about["texts"] = {
        str(row): {
            "number": int(table.documents[row]),
            "pieces": _cut(carried_by(corpus.texts[table.documents[row]], carried, int(row))),
        }
        for row in shown
    }
    write_json(run.folder / FILE, about)


def examples_data(run: Run) -> dict[str, Any] | None:
    """Return a run's examples as the page's data; None where it kept none.

    Raises
    ------
    ArtefactError
        Where they are of another schema.
    """
    about = read_kept(run, FILE, SCHEMA, "examples")
    if about is None:
        return None
    data: dict[str, Any] = plain(_on_one_line(about))
    return data


def has_document_examples(run: Run) -> bool:
    """Return whether a run kept examples for single documents."""
    path = run.folder / FILE
    return path.is_file() and bool(read_json(path).get("documents"))


def _on_one_line(value: Any) -> Any:
    """Return a value whose texts have spaces for all their white space."""
    if isinstance(value, str):
        return "".join(" " if character.isspace() else character for character in value)
    if isinstance(value, dict):
        return {key: _on_one_line(item) for key, item in value.items()}
    return [_on_one_line(item) for item in value] if isinstance(value, list) else value


def _edge_edits(
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


def _rows(about: dict[str, Any]) -> Iterator[int]:
    """Yield every row that is spoken of."""
    for edge in about["edges"]:
        yield from (row for *_, row, _ in edge["typical"])
        yield from (row for row, *_ in (edge["deciding"] or {"rows": []})["rows"])
    for feature in about["features"]:
        yield from (row for _, row, _ in feature["typical"])
        yield from (each["row"] for each in feature["moved"])
    for entry in about["documents"]:
        yield entry["row"]
        teachers = entry.get("teachers") or {"for": [], "against": []}
        for kind in (entry["nearest"], teachers["for"], teachers["against"]):
            yield from (row for row, _ in kind)


def _cut(pieces: list[tuple[str, list[int]]]) -> list[list[Any]]:
    """Return a document's pieces up to `LONGEST` characters."""
    found: list[list[Any]] = []
    left = LONGEST
    for text, features in pieces:
        if left <= 0:
            found.append(["…", []])
            break
        found.append([text[:left], features])
        left -= len(text)
    return found
