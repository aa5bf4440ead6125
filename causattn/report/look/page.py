"""Looked-at texts as one page that opens from disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from causattn.attribution import EXPLAINERS, TokenAttribution
from causattn.base import visible
from causattn.models import LanguageModel
from causattn.report.look.gather import LookedText, LookedWords
from causattn.report.page.attention_data import DOCUMENT_BYTES, document_data, on_one_line
from causattn.report.page.graph_data import plain
from causattn.report.page.pair_data import pair_data
from causattn.report.page.rendering import render_page
from causattn.report.page.views import View
from causattn.report.record.attention import arrays_of, words_of
from causattn.report.record.reading import KeptDocument
from causattn.report.words import number

PAGE_BYTES = 30_000_000
"""About the most bytes of attention in a page; vectors of dull heads are left out to keep it."""
_TITLE = 90
_STACKS = {
    "encoder": "Encoder",
    "decoder": "Decoder",
    "cross": "From decoder to encoder",
    "self": "Attention",
}


def look_page(
    model: LanguageModel,
    texts: Sequence[LookedText],
    *,
    title: str | None = None,
    notes: Sequence[str] = (),
    command: str = "",
) -> View:
    """Return the page.

    Parameters
    ----------
    model
        Whose view of them it is.
    texts
        What was gathered.
    title
        What the page is called; the text itself by default.
    notes
        What else a reader should know, a sentence each.
    command
        What makes the page again.
    """
    first = texts[0]
    budget = min(DOCUMENT_BYTES, PAGE_BYTES // sum(len(each.attention) for each in texts))
    data = {
        "kind": "look",
        "texts": [_text_data(each, k, budget) for k, each in enumerate(texts)],
    }
    page = render_page(
        "look.html",
        _cut(title or first.texts[0]),
        data,
        lead=_lead(model, first, len(texts)),
        notes=[visible(note) for note in notes],
        command=visible(command),
    )
    return View(page, 900)


def _lead(model: LanguageModel, first: LookedText, count: int) -> str:
    """Return whose view of what it is, a sentence."""
    weights = first.attention[0][0].weights
    kind = {
        "classifier": "a classifier",
        "causal": "a model that predicts the next token",
        "masked": "a model that predicts hidden words",
        "encoder": "an encoder",
        "seq2seq": "an encoder with a decoder",
    }[model.task]
    what = "this text" if count == 1 else f"{number(count)} texts"
    layers, heads = weights.shape[:2]
    return (
        f"How {visible(model.name)} reads {what}: {kind} of {layers} "
        f"layer{'s' * (layers != 1)} with {heads} head{'s' * (heads != 1)} each."
    )


def _text_data(looked: LookedText, place: int, budget: int) -> dict[str, Any]:
    """Return one text as the page's data."""
    answers = looked.answers
    return {
        "title": _cut(looked.texts[0]),
        "texts": [visible(text) for text in looked.texts],
        "reason": None if looked.reason is None else visible(looked.reason),
        "answers": None
        if answers is None
        else {
            "question": answers.question,
            "labels": [visible(label) for label in answers.labels],
            "values": np.round(answers.values, 6).tolist(),
        },
        "explained": [_words_data(words) for words in looked.words],
        "documents": [
            document_data(
                KeptDocument(place, words_of(document), arrays_of(document), reason), budget
            )
            | {"title": _STACKS[document.stack]}
            for document, reason in looked.attention
        ],
        "pair": None if looked.swapped is None else pair_data(looked.swapped, "the swap"),
    }


def _words_data(words: LookedWords) -> dict[str, Any]:
    """Return an explanation as the page's data."""
    return {
        "method": visible(words.method),
        "paper": visible(EXPLAINERS[words.method].paper),
        "reason": None if words.reason is None else visible(words.reason),
        "sides": [_side(each) for each in words.sides],
    }


def _side(found: TokenAttribution) -> dict[str, Any]:
    """Return a text's pieces with scores: words, and what stands between them without."""
    words, text = found.words(), found.text or ""
    errors = [None] * len(words.score) if words.error is None else words.error.tolist()
    pieces: list[list[Any]] = []
    reached = 0
    for (low, high), score, error in zip(
        words.offsets.tolist(), words.score.tolist(), errors, strict=True
    ):
        if low > reached:
            pieces.append([on_one_line(text[reached:low]), None, None])
        pieces.append([on_one_line(text[low:high]), plain(score), plain(error)])
        reached = high
    if reached < len(text):
        pieces.append([on_one_line(text[reached:]), None, None])
    return {
        "target": visible(found.target),
        "output": plain(found.output),
        "baseline": plain(found.baseline),
        "pieces": pieces,
    }


def _cut(text: str) -> str:
    """Return a text as a title."""
    return visible(" ".join(text.split()), _TITLE)
