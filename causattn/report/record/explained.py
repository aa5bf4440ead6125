"""Explanation by examples: what a run keeps of it in ``examples.json``, and as its page's data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import read_json, write_json
from causattn.corpora import Corpus
from causattn.features import FeatureTable, with_carriers
from causattn.report.page.graph_data import plain
from causattn.report.record.carried import carried_by
from causattn.report.record.edge_examples import edge_examples
from causattn.report.record.kept import read_kept
from causattn.report.record.settings import PageSettings
from causattn.results import Run

if TYPE_CHECKING:
    from causattn.models import LanguageModel

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
    texts = [corpus.texts[d] for d in table.documents[rows]]
    about: dict[str, Any] = {"schema": SCHEMA, "sample": len(rows), "documents": []}
    about |= {"edges": [], "features": []}
    vectors = None
    if settings.examples:
        if model is not None:
            from causattn.report.record.asked import asked_examples, edge_edits
            from causattn.report.record.question import DocumentSample

            sample = DocumentSample(corpus, model, table, texts)
            vectors, asked = asked_examples(run, sample, looked, settings)
            about |= asked
        about["edges"] = edge_examples(run, table, vectors, settings.examples)
        if model is not None:
            edge_edits(run, about["edges"], sample, settings)
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
