"""What a model is asked of a text that stands alone, and of the same text with a word swapped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from causattn.attribution import (
    HiddenTarget,
    LabelTarget,
    NextTokenTarget,
    SimilarityTarget,
    Target,
    text_embeddings,
)
from causattn.base import CapabilityError, ConfigError, DataError
from causattn.corpora import find_words
from causattn.models import Answers, LanguageModel, encode_texts, model_answers, take


@dataclass(frozen=True)
class Swap:
    """A word, and what stands in its place.

    Parameters
    ----------
    before, after
        The word (or words) as written.
    """

    before: str
    after: str

    @classmethod
    def parse(cls, text: str) -> Swap:
        """Read ``good:bad``.

        Raises
        ------
        ConfigError
            Where there are no two words.
        """
        before, colon, after = text.partition(":")
        if not colon or not before.strip() or before == after:
            raise ConfigError(f"swap={text} names no two words; write swap=good:bad.")
        return cls(before.strip(), after.strip())

    def place(self, text: str) -> tuple[int, int]:
        """Return the characters of the word where it first stands, whole before part of another.

        Raises
        ------
        DataError
            Where it stands nowhere.
        """
        word = re.escape(self.before)
        whole = re.search(rf"(?<!\w){word}(?!\w)", text, re.IGNORECASE)
        found = whole or re.search(word, text)
        if found is None:
            raise DataError(f"The text has no {self.before} to swap; name one of its words.")
        return found.span()

    def done(self, text: str) -> str:
        """Return the text with the word swapped where it first stands."""
        start, end = self.place(text)
        return f"{text[:start]}{self.after}{text[end:]}"


@dataclass(frozen=True)
class LookQuestion:
    """What is asked of a text, and of the one beside it.

    Parameters
    ----------
    texts
        The text, and where a word is swapped the other one.
    target
        What explainers explain, the same of both texts.
    answers
        What the model says of both.
    """

    texts: tuple[str, ...]
    target: Target
    answers: Answers


def look_question(
    model: LanguageModel, text: str, swap: Swap | None, hide: str | None
) -> LookQuestion:
    """Return what a model is asked of a text.

    Parameters
    ----------
    model
        A classifier is asked for its class, a causal language model for the next token, a masked
        one for a word that is hidden from it, an encoder how like the text before the swap it is.
    text
        The text.
    swap
        A word to swap; None for none.
    hide
        The word that is hidden from a masked model; None for the mask token that stands in the
        text, which is read as its likeliest word, else for the last word that is not swapped.

    Raises
    ------
    CapabilityError
        For a model that predicts nothing that could be explained.
    DataError
        Where a word does not stand in the text.
    """
    if hide is not None and model.task != "masked":
        raise ConfigError(
            f"hide={hide} is for masked language models, which {model.name} ({model.task}) is not; "
            "leave it out."
        )
    mask = str(model.tokenizer.mask_token or "")
    filled = None
    if model.task == "masked" and mask and mask in text and hide is None:
        start = text.index(mask)
        says = model_answers(model, [text], spans=[(start, start + len(mask))]).labels[0]
        text = f"{text[:start]}{says}{text[start + len(mask) :]}"
        filled = (start, start + len(says))
    texts = (text,) if swap is None else (text, swap.done(text))
    if model.task == "masked":
        spans = _hidden_spans(texts, swap, hide, filled)
        answers = model_answers(model, texts, spans=spans)
        return LookQuestion(texts, HiddenTarget(spans), answers)
    if model.task == "encoder" and not model.network.config.is_encoder_decoder:
        return LookQuestion(texts, SimilarityTarget(), _likeness(model, texts))
    if model.task not in ("classifier", "causal"):
        raise CapabilityError(
            f"Of model {model.name} ({model.task}) only the attention is shown: what it says of a "
            "text alone is not defined."
        )
    answers = model_answers(model, texts)
    first = int(answers.values[0].argmax())
    if model.task == "classifier":
        return LookQuestion(texts, LabelTarget(first), answers)
    return LookQuestion(texts, NextTokenTarget(answers.tokens[first]), answers)


def _likeness(model: LanguageModel, texts: Sequence[str]) -> Answers:
    """Return how like the first text each is to an encoder: the cosine of their embeddings."""
    encoding = encode_texts(model, texts)
    rows = []
    with torch.inference_mode():
        for number in range(len(texts)):
            batch = take(encoding, np.array([number])).to(model.device)
            rows.append(text_embeddings(model, batch.input_ids, batch.attention_mask)[0].cpu())
    cosines = np.array([[float(row @ rows[0])] for row in rows])
    return Answers("cosine of the embeddings", ("with the text as it stands",), cosines)


def _hidden_spans(
    texts: Sequence[str], swap: Swap | None, hide: str | None, filled: tuple[int, int] | None
) -> list[tuple[int, int]]:
    """Return the characters to hide in each text: the same word."""
    text = texts[0]
    gone = None if swap is None else swap.place(text)
    span = filled if hide is None else Swap(hide, "").place(text)
    if span is not None:
        if gone is not None and span[0] < gone[1] and gone[0] < span[1]:
            raise ConfigError(f"{text[slice(*span)]} is hidden and swapped; hide another word.")
    else:
        words = find_words([text], unspaced="characters")
        places = zip(words.start.tolist(), words.end.tolist(), strict=True)
        free = [p for p in places if gone is None or p[1] <= gone[0] or gone[1] <= p[0]]
        if not free:
            raise DataError("The text has no word to hide from a masked model; give a longer one.")
        span = free[-1]
    if swap is None or gone is None:
        return [span]
    moved = len(texts[1]) - len(text) if span[0] >= gone[1] else 0
    return [span, (span[0] + moved, span[1] + moved)]
