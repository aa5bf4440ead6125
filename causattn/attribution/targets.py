"""What is explained: one number of a model's output a document.

================== ============================== ===========================================
target             models                         the number
================== ============================== ===========================================
`LabelTarget`      classifiers                    logit of a class
`HiddenTarget`     masked language models         log-probability of the word that was hidden
`NextTokenTarget`  language models from left to   log-probability of the token that follows
                   right
`SimilarityTarget` encoders                       cosine of the text's embedding with that of
                                                  the whole text
================== ============================== ===========================================

Each can be had as a logit or as a log-probability. A logit alone says nothing of the other
classes; a log-probability saturates where the model is sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from causattn.attribution.settings import Scale
from causattn.base import CapabilityError, DataError, ModelError, listed
from causattn.corpora import Mentions
from causattn.models import Encoding, LanguageModel, carrier_tokens, hiding_tokens, single_tokens


@dataclass(frozen=True)
class Readout:
    """Where the explained number is read off, for n documents.

    Parameters
    ----------
    position
        int64 [n, k], token positions whose outputs are added up; -1 where there are fewer than k.
        A classifier's is not read.
    index
        int64 [n, k], which entry of the output: a token of the vocabulary or a class.
    scale
        Logit or log-probability.
    words
        Each document's number in words.
    references
        Float [r, d], embeddings of length 1 that an encoder's are held against; None for others.
    """

    position: np.ndarray
    index: np.ndarray
    scale: Scale
    words: tuple[str, ...]
    references: torch.Tensor | None = None


@dataclass(frozen=True)
class LabelTarget:
    """The output for a class, of a classifier; the value itself of a regression.

    Parameters
    ----------
    label
        The class by its name or number; None for the class that each document is predicted to be.
    scale
        Logit or log-probability.
    """

    label: int | str | None = None
    scale: Scale = "logit"


@dataclass(frozen=True)
class HiddenTarget:
    """What a masked language model says of the true tokens at a hidden place.

    Parameters
    ----------
    spans
        For each text the characters (start, end) that are hidden; all tokens that touch them are,
        each by the mask token, and their outputs are added up.
    scale
        Logit or log-probability.
    """

    spans: Sequence[tuple[int, int]]
    scale: Scale = "log_probability"


@dataclass(frozen=True)
class NextTokenTarget:
    """What a model that reads from left to right says of the token after the text.

    Parameters
    ----------
    token
        The token as text or number; None for the likeliest one of each document.
    scale
        Logit or log-probability.
    """

    token: int | str | None = None
    scale: Scale = "log_probability"


@dataclass(frozen=True)
class SimilarityTarget:
    """How like the whole text an encoder finds what is left of it.

    A text's embedding is the mean of its tokens' last states; the number is its cosine with that of
    the whole text, so that a word's score is what the embedding owes it.

    Parameters
    ----------
    scale
        A cosine, which is no probability: ``"logit"`` alone.
    """

    scale: Scale = "logit"

    def __post_init__(self) -> None:
        if self.scale != "logit":
            raise CapabilityError(
                "An encoder's similarity of texts has no probability; ask for scale=logit, or take "
                "a classifier or a language model."
            )


Target = LabelTarget | HiddenTarget | NextTokenTarget | SimilarityTarget


def default_target(model: LanguageModel) -> Target:
    """Return the target of a model that needs no more to be said.

    Raises
    ------
    CapabilityError
        For a model that predicts hidden tokens, of which one has to be chosen, or another text.
    """
    if model.task == "classifier":
        return LabelTarget()
    if model.task == "causal":
        return NextTokenTarget()
    if model.task == "masked":
        raise CapabilityError(
            f"Model {model.name} predicts hidden words, so a word to hide has to be chosen; give "
            "target=HiddenTarget(spans=[(start, end), ...])."
        )
    if model.task == "encoder" and not model.network.config.is_encoder_decoder:
        return SimilarityTarget()
    raise CapabilityError(
        f"Model {model.name} predicts nothing that could be explained; take a classifier, a "
        "language model or an encoder."
    )


def scale_in_words(scale: Scale) -> str:
    """Return a scale as it is written in a sentence."""
    return scale.replace("_", "-")


def class_number(model: LanguageModel, label: int | str) -> int:
    """Return the number of a class.

    Raises
    ------
    ModelError
        Where the model has no such class.
    """
    names = class_names(model)
    if isinstance(label, str) and label in names:
        return names.index(label)
    if isinstance(label, int | np.integer) and 0 <= label < len(names):
        return int(label)
    raise ModelError(
        f"Model {model.name} has no class {label} to explain; choose one of {listed(names)}."
    )


def class_names(model: LanguageModel) -> list[str]:
    """Return the names of a classifier's classes, in the order of its output."""
    config = model.network.config
    known = getattr(config, "id2label", None) or {}
    return [str(known.get(number, number)) for number in range(int(config.num_labels or 0))]


def hidden_places(
    model: LanguageModel, encoding: Encoding, target: HiddenTarget
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the tokens to hide, int64 [c] document and position, and the token that hides them.

    Raises
    ------
    ModelError
        For a model that predicts no hidden tokens.
    DataError
        Where there is not one span a text, or no token at one.
    """
    if model.task != "masked":
        raise ModelError(
            f"Model {model.name} fills in no hidden words (it is a {model.task} model); choose "
            "another target, or a masked language model."
        )
    if len(target.spans) != len(encoding):
        raise DataError(
            f"{len(target.spans)} spans were given to hide in {len(encoding)} texts; give one a "
            "text."
        )
    spans = np.asarray(target.spans, dtype=np.int64).reshape(-1, 2)
    documents = np.arange(len(encoding))
    found = carrier_tokens(
        encoding, Mentions(documents, np.zeros_like(documents), spans[:, 0], spans[:, 1])
    )
    if len(found.lost):
        place = int(found.lost[0])
        raise DataError(
            f"No token stands at characters {spans[place, 0]} to {spans[place, 1]} of text "
            f"{place}, so nothing can be hidden there; give the characters of a word."
        )
    return found.document, found.position, int(hiding_tokens(model, [None])[0])


def token_number(model: LanguageModel, token: int | str) -> int:
    """Return the number of a token in the vocabulary.

    Raises
    ------
    ModelError
        Where the text is no single token, or the number is not in the vocabulary.
    """
    size = len(model.tokenizer)
    number = int(single_tokens(model, [token])[0]) if isinstance(token, str) else int(token)
    if not 0 <= number < size:
        raise ModelError(
            f"{token!r} is no single token of model {model.name}, whose vocabulary holds {size}; "
            "name one of its tokens."
        )
    return number
