"""Looked-at texts as one page that opens from disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from causattn.attribution import EXPLAINERS, AttentionTau, TextTau, TokenAttribution, TreeSurrogate
from causattn.base import visible, visible_sentence
from causattn.models import LanguageModel
from causattn.report.figures.run_figures import surrogate_address
from causattn.report.look.gather import LookedText, LookedWords
from causattn.report.page.attention_data import DOCUMENT_BYTES, document_data, on_one_line
from causattn.report.page.graph_data import plain
from causattn.report.page.pair_data import pair_data
from causattn.report.page.rendering import render_page
from causattn.report.page.views import View
from causattn.report.record.looked import arrays_of, words_of
from causattn.report.record.reading import KeptDocument
from causattn.report.record.surrogate import tree_line
from causattn.report.words import number

PAGE_BYTES = 30_000_000
"""About the most bytes of attention in a page; vectors of dull heads are left out to keep it."""
_TITLE = 90
PARTS = {
    "words": "the words, coloured by each explainer",
    "heads": "tokens joined by lines, a colour a head",
    "model": "all layers and heads at once",
    "neurons": "how queries and keys multiply into weights",
    "matrix": "heat maps of attention",
    "statistics": "what each head does",
    "swap": "output and attention before and after the swap",
    "tau": "the most and the least attended words replaced (tau=true)",
    "tree": "the surrogate tree (tree=true)",
    "typical": "the texts and for how many others they stand (typical=3)",
}
"""Parts of the page that can be had alone."""
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
    stands_for: Sequence[int] = (),
    tree: TreeSurrogate | None = None,
    part: str | None = None,
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
    stands_for
        For how many texts each of them stands, where they are typical of others.
    tree
        A surrogate tree of the model over all texts.
    part
        What alone is shown, one of `PARTS`; None for all.
    """
    first = texts[0]
    budget = min(DOCUMENT_BYTES, PAGE_BYTES // sum(len(each.attention) for each in texts))
    data = {
        "kind": "look",
        "texts": [_text_data(each, k, budget) for k, each in enumerate(texts)],
        "standsFor": list(stands_for),
        "tree": None if tree is None else _tree_data(tree),
        "part": part,
    }
    notes = [*notes, *_over_all(texts)]
    page = render_page(
        "look.html",
        _cut(title or first.texts[0]),
        data,
        embedded=part is not None,
        lead=_lead(model, first, len(texts)),
        notes=[visible_sentence(note) for note in notes],
        command=visible(command),
    )
    return View(page, 900, _rows(texts))


def _rows(texts: Sequence[LookedText]) -> pd.DataFrame | None:
    """Return a row a word and explainer: text (its number), side, explainer, word, score ..."""
    found = [
        side.to_frame().assign(text=k, side=which, explainer=words.method)
        for k, looked in enumerate(texts)
        for words in looked.words
        for which, side in zip(("before", "after"), words.sides, strict=False)
    ]
    if not found:
        return None
    whole = pd.concat(found, ignore_index=True)
    return whole[["text", "side", "explainer", "word", "start", "end", "score", "error"]]


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
        "tau": _tau_data(looked.tau),
    }


def _over_all(texts: Sequence[LookedText]) -> list[str]:
    """Return what high against low attention gives over several texts, a sentence."""
    found = [each.tau for each in texts if isinstance(each.tau, AttentionTau)]
    if len(found) < 2:
        return []
    whole = AttentionTau(tuple(each.texts[0] for each in found), found[0].share)
    return [f"Over {len(found)} texts: {whole.sentence()}"]


def _tau_data(tau: AttentionTau | str | None) -> dict[str, Any] | None:
    """Return high against low attention as the page's data."""
    if tau is None:
        return None
    if isinstance(tau, str):
        return {"reason": visible(tau), "sides": []}
    return {"reason": None, "sides": [_tau_side(each, tau.share) for each in tau.texts]}


def _tau_side(found: TextTau, share: float) -> dict[str, Any]:
    return {
        "says": visible(AttentionTau((found,), share).sentence()),
        "words": [
            [on_one_line(word), plain(paid), plain(moved), plain(error), side]
            for word, paid, moved, error, side in zip(
                found.words, found.attention, found.effect, found.error, found.side, strict=True
            )
        ],
    }


def _tree_data(tree: TreeSurrogate) -> dict[str, Any]:
    return {"image": surrogate_address(tree), "says": tree_line(tree)}


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
