"""Examples for single documents: what the model says, what would turn it, who taught it that.

Of each document that a run keeps whole: the fewest edits after which the model says something
else, the documents nearest to it in the model's representation, those whose gradients speak for and
against what the model says of it, and how a causal language model goes on from its beginning.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.base import CausattnError, integer_seed
from causattn.corpora import find_words
from causattn.exemplars import (
    Continuation,
    ContinuationSettings,
    EditSettings,
    MinimalEdits,
    continuations,
    minimal_edits,
    nearest_documents,
    training_influence,
)
from causattn.report.record.question import DocumentSample, ExampleQuestion
from causattn.report.record.settings import PageSettings

PROMPT = 12
"""Most words of a document from which a causal model goes on."""


def document_examples(
    question: ExampleQuestion | str,
    sample: DocumentSample,
    vectors: np.ndarray,
    rows: np.ndarray,
    settings: PageSettings,
    seed: int,
) -> list[dict[str, Any]]:
    """Return the examples of some rows, JSON-like; documents are rows.

    Parameters
    ----------
    question
        What the model is asked of documents, or why nothing.
    sample
        The documents among which others are looked for.
    vectors
        float64 [n, width], the model's representation of the sample.
    rows
        int64, the rows that are looked at.
    settings
        How much is kept.
    seed
        Of the continuations.
    """
    influence = None if isinstance(question, str) else _influence(question, rows)
    found = []
    for row in rows.tolist():
        near = nearest_documents(vectors, row, len(vectors) - 1)
        places = _different(sample, near.documents, settings.examples, row)
        entry: dict[str, Any] = {
            "row": row,
            "nearest": [
                [int(near.documents[k]), round(float(near.similarity[k]), 6)] for k in places
            ],
        }
        if isinstance(question, str):
            entry["reason"] = question
        else:
            entry |= {"reason": None, "asked": question.words, "labels": list(question.labels)}
            entry["edits"] = edits_of(question, row, settings)
            entry["teachers"] = _teachers(question, influence, sample, row, settings.examples)
        if sample.model.task == "causal" and settings.continuation:
            entry["continuation"] = _continuation(sample, row, settings, seed)
        found.append(entry)
    return found


def _different(
    sample: DocumentSample, rows: np.ndarray, most: int, besides: int | None = None
) -> list[int]:
    """Return the places of the first rows whose texts differ, from a row's `besides`, too."""
    seen = set() if besides is None else {sample.texts[besides]}
    found: list[int] = []
    for place, row in enumerate(rows.tolist()):
        if len(found) == most:
            break
        if sample.texts[row] not in seen:
            seen.add(sample.texts[row])
            found.append(place)
    return found


def edits_of(question: ExampleQuestion, row: int, settings: PageSettings) -> dict[str, Any] | None:
    """Return the fewest edits of a row that turn the answer, JSON-like; None where not asked."""
    if not settings.edits or (question.feature >= 0 and row not in question.rows):
        return None
    text, places = question.asked(row)
    how = EditSettings(edits=settings.edits, tries=settings.tries)
    return _edits(minimal_edits(question.decide, text, places, how))


def _influence(question: ExampleQuestion, rows: np.ndarray) -> dict[int, np.ndarray] | str:
    """Return what each document of the sample does to some rows' answers, or why that is unknown.

    Returns
    -------
    dict or str
        By row, of those that have a right answer: float64 [m], parallel to `question.rows`.
    """
    if not len(question.rows):
        return f"No document of the sample has a known {question.words} to have been taught by."
    asked = np.intersect1d(rows, question.rows)
    places = np.searchsorted(question.rows, asked)
    try:
        found = training_influence(question.losses(), places.tolist())
    except CausattnError as error:
        return str(error)
    return dict(zip(asked.tolist(), found, strict=True))


def _teachers(
    question: ExampleQuestion,
    influence: dict[int, np.ndarray] | str | None,
    sample: DocumentSample,
    row: int,
    most: int,
) -> dict[str, Any] | None:
    """Return the documents that speak for and against the right answer, JSON-like."""
    if not isinstance(influence, dict):
        return {"for": [], "against": [], "reason": influence}
    if row not in influence:
        return None
    found = influence[row]
    others = np.flatnonzero(question.rows != row)
    order = others[np.argsort(-found[others], kind="stable")]

    def strongest(places: np.ndarray, sign: int) -> list[list[Any]]:
        places = places[sign * found[places] > 0]
        kept = places[_different(sample, question.rows[places], most)]
        return [[int(question.rows[k]), float(f"{found[k]:.6g}")] for k in kept]

    return {"for": strongest(order, 1), "against": strongest(order[::-1], -1), "reason": None}


def _edits(found: MinimalEdits) -> dict[str, Any]:
    """Return minimal edits, the text in parts: kept, or before and after an edit."""
    parts: list[list[str]] = []
    done = 0
    for edit in found.edits:
        parts += [[found.text[done : edit.start]], [edit.before, edit.after]]
        done = edit.end
    parts.append([found.text[done:]])
    return {
        "parts": parts,
        "before": np.round(found.before, 6).tolist(),
        "after": np.round(found.after, 6).tolist(),
        "count": len(found.edits),
        "minimal": found.minimal,
        "tried": found.tried,
        "reason": found.reason,
    }


def _continuation(
    sample: DocumentSample, row: int, settings: PageSettings, seed: int
) -> dict[str, Any] | None:
    """Return how a causal model goes on from the first half of a document, JSON-like."""
    text = sample.texts[row]
    ends = find_words([text], unspaced="characters").end.tolist()
    if len(ends) < 2:
        return None
    prompt = text[: ends[min(PROMPT, (len(ends) + 1) // 2) - 1]]
    how = ContinuationSettings(tokens=settings.continuation)
    try:
        (found,) = continuations(
            sample.model,
            [prompt],
            how,
            seed=integer_seed(seed, "page", "continuation", row),
            attribution={"kind": "occlusion"},
        )
    except CausattnError as error:
        return {"reason": str(error)}
    return {"reason": None, **_written(found)}


def _written(found: Continuation) -> dict[str, Any]:
    """Return a continuation, each token with what it owes to the tokens before it."""
    tokens: list[str] = []
    if found.attributions:
        tokens = [*found.attributions[-1].tokens, found.pieces[-1]]
    return {
        "prompt": found.prompt,
        "tokens": tokens,
        "drawn": len(found.pieces),
        "probability": np.round(found.probability, 6).tolist(),
        "owed": [np.round(each.score, 6).tolist() for each in found.attributions],
        "ended": found.ended,
    }
