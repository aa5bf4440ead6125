"""What a model says of texts, beside each other: classes, next tokens, or the word at a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from causattn.base import CapabilityError, DataError
from causattn.corpora import Mentions
from causattn.models.carriers import carrier_tokens
from causattn.models.encoding import Encoding, encode_texts
from causattn.models.hiding import hiding_tokens
from causattn.models.model import LanguageModel
from causattn.models.predict import predict_labels, predict_tokens


@dataclass(frozen=True)
class Answers:
    """What a model says of n texts.

    Parameters
    ----------
    question
        What it was asked.
    labels
        The k answers, the likeliest in any of the texts first; a classifier's classes in its order.
    values
        float64 [n, k], probabilities; a regression's value.
    tokens
        The answers' numbers in the vocabulary, where they are tokens.
    """

    question: str
    labels: tuple[str, ...]
    values: np.ndarray
    tokens: tuple[int, ...] = ()


def model_answers(
    model: LanguageModel,
    texts: Sequence[str],
    *,
    spans: Sequence[tuple[int, int]] | None = None,
    most: int = 8,
) -> Answers:
    """Return what a model says of texts.

    Parameters
    ----------
    model
        A classifier, or a causal or masked language model.
    texts
        n documents.
    spans
        For a masked model, the characters of each text that are hidden; the first token there is
        asked for.
    most
        Most tokens to name; a classifier has all its classes.

    Raises
    ------
    CapabilityError
        For a model that predicts nothing, or a masked one without spans.
    DataError
        Where no token stands at a span.
    """
    encoding = encode_texts(model, texts)
    if model.task == "classifier":
        known: dict[Any, Any] = dict(model.network.config.id2label or {})
        values = predict_labels(model, encoding)
        names = tuple(str(known.get(k, k)) for k in range(values.shape[1]))
        return Answers("value" if len(names) == 1 else "class", names, values)
    if model.task == "causal":
        # The token after the last one, given all that stands before it.
        question, position = "next token", _last(encoding) + 1
    elif model.task == "masked" and spans is not None:
        question, (encoding, position) = "hidden token", _hidden(model, encoding, spans)
    else:
        raise CapabilityError(
            f"Model {model.name} ({model.task}) says nothing of a whole text; take a classifier or "
            "a causal language model, or choose a word to hide from a masked one."
        )
    every = np.arange(int(model.network.get_output_embeddings().weight.shape[0]))
    values = np.exp(predict_tokens(model, encoding, position, every))
    order = np.argsort(-values.max(0), kind="stable")[:most]
    tokens = tuple(order.tolist())
    return Answers(question, tuple(_token(model, k) for k in tokens), values[:, order], tokens)


def _last(encoding: Encoding) -> np.ndarray:
    """Return each document's last token that is no special one, int64 [n]."""
    owner = np.repeat(np.arange(len(encoding)), encoding.lengths)
    own = ~encoding.special
    last = np.zeros(len(encoding), dtype=np.int64)
    np.maximum.at(last, owner[own], np.flatnonzero(own) - encoding.bounds[owner[own]])
    return last


def _hidden(
    model: LanguageModel, encoding: Encoding, spans: Sequence[tuple[int, int]]
) -> tuple[Encoding, np.ndarray]:
    """Return the documents with the tokens at the spans hidden, and the first of each."""
    start, end = np.asarray(spans, dtype=np.int64).reshape(-1, 2).T
    documents = np.arange(len(encoding))
    found = carrier_tokens(encoding, Mentions(documents, np.zeros_like(documents), start, end))
    if len(found.lost):
        raise DataError(
            f"No token of model {model.name} stands at characters {start[found.lost[0]]} to "
            f"{end[found.lost[0]]} of text {found.lost[0]}; hide another word."
        )
    cover = int(hiding_tokens(model, [None])[0])
    first = np.full(len(encoding), np.iinfo(np.int64).max)
    np.minimum.at(first, found.document, found.position)
    return encoding.replaced(found.document, found.position, np.array(cover)), first


def _token(model: LanguageModel, number: int) -> str:
    """Return a token as a person reads it."""
    text = str(model.tokenizer.decode([number])).strip()
    return text or str(model.tokenizer.convert_ids_to_tokens(number))
