"""Examples for each feature: typical documents, and those in which its words decide the answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.base import CausattnError
from causattn.exemplars import typical_documents
from causattn.report.record.edge_examples import rows_by_value
from causattn.report.record.question import DocumentSample, ExampleQuestion


def feature_examples(
    question: ExampleQuestion | str, sample: DocumentSample, vectors: np.ndarray, most: int
) -> list[dict[str, Any]]:
    """Return the examples of every feature, JSON-like; documents are rows.

    Parameters
    ----------
    question
        What the model is asked of documents, or why nothing.
    sample
        The documents.
    vectors
        float64 [n, width], the model's representation of these.
    most
        Most documents of a kind.

    Returns
    -------
    list of dict
        ``typical``: a value, a row and of how many it is the most typical; ``moved``: the rows in
        which another value in the feature's place moves the model's answer most, with the words
        before and after and the change of the probability of the former answer; ``reason``: why
        there are none.
    """
    moved = _moved(question, sample)
    found = []
    for feature in range(sample.table.size):
        typical = []
        for name, rows in rows_by_value(sample.table, feature, len(sample)):
            medoid = int(typical_documents(vectors[rows], 1).documents[0])
            typical.append([name, int(rows[medoid]), len(rows)])
        reason = moved if isinstance(moved, str) else None
        if not isinstance(question, str) and question.feature == feature:
            reason = f"The model is asked for {sample.table.names[feature]} itself."
        own = [] if isinstance(moved, str) else moved.get(feature, [])
        own = sorted(own, key=lambda each: (each["change"], each["row"]))
        found.append(
            {
                "typical": typical,
                "moved": [each for each in own if each["change"] < 0][:most],
                "reason": reason,
                "asked": None if isinstance(question, str) else question.words,
            }
        )
    return found


def _moved(
    question: ExampleQuestion | str, sample: DocumentSample
) -> dict[int, list[dict[str, Any]]] | str:
    """Return what one other value in each place of each document does to the answer."""
    if isinstance(question, str):
        return question
    asked_of = question.rows if question.feature >= 0 else np.arange(len(sample))
    if not len(asked_of):
        return f"No document of the sample can be asked for {question.words}."
    asked = [question.asked(int(row)) for row in asked_of]
    try:
        before = question.decide([text for text, _ in asked])
        answers = before.argmax(axis=1)
        places = [(k, place) for k, (_, some) in enumerate(asked) for place in some]
        if not places:
            return "The documents of the sample have no place that could be edited."
        after = question.decide(
            [
                f"{asked[k][0][: place.start]}{place.texts[0]}{asked[k][0][place.end :]}"
                for k, place in places
            ]
        )
    except CausattnError as error:
        return str(error)
    found: dict[int, list[dict[str, Any]]] = {}
    for (k, place), scores in zip(places, after, strict=True):
        if place.feature is None:
            continue
        change = float(scores[answers[k]] - before[k, answers[k]])
        found.setdefault(place.feature, []).append(
            {
                "row": int(asked_of[k]),
                "before": asked[k][0][place.start : place.end],
                "after": place.texts[0],
                "answer": question.labels[answers[k]],
                "change": round(change, 6),
            }
        )
    return found
