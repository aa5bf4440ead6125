"""Where in a model's output each document's explained number is read off, by target."""

from __future__ import annotations

import numpy as np
import torch

from causattn.attribution.output import ModelOutput, text_embeddings
from causattn.attribution.settings import Scale
from causattn.attribution.targets import (
    NextTokenTarget,
    Readout,
    SimilarityTarget,
    class_names,
    class_number,
    scale_in_words,
    token_number,
)
from causattn.base import ModelError
from causattn.models import Encoding, LanguageModel, batches


def token_readout(
    model: LanguageModel,
    encoding: Encoding,
    document: np.ndarray,
    position: np.ndarray,
    scale: Scale,
    named: bool = True,
) -> Readout:
    """Return the readout of the true tokens at some places, before they are hidden.

    Parameters
    ----------
    model, encoding
        The documents as they are.
    document, position
        int64 [c], parallel, sorted by document.
    scale
        Logit or log-probability.
    named
        Whether to say each in words.
    """
    first = np.searchsorted(document, np.arange(len(encoding)))
    place = np.arange(len(document)) - first[document]
    positions = np.full((len(encoding), int(place.max(initial=0)) + 1), -1, dtype=np.int64)
    positions[document, place] = position
    index = np.zeros_like(positions)
    index[document, place] = encoding.ids[encoding.bounds[document] + position]
    words = []
    for row, own in zip(positions, index, strict=True) if named else ():
        names = model.tokenizer.convert_ids_to_tokens(own[row >= 0].tolist())
        words.append(f"{scale_in_words(scale)} of the hidden {' '.join(names)}")
    return Readout(positions, index, scale, tuple(words))


def predicted_labels(
    model: LanguageModel, encoding: Encoding, scale: Scale, label: int | str | None = None
) -> Readout:
    """Return the readout of a class, None for the one that each document is predicted to be.

    Raises
    ------
    ModelError
        Where the model is no classifier, has no such class, or gives a value and no probability.
    """
    if model.task != "classifier":
        raise ModelError(
            f"Model {model.name} predicts no classes (it is a {model.task} model); choose another "
            "target, or train a classifier on it (model.train_classifier=true)."
        )
    pooled = encoding.pooled[:, None]
    names = class_names(model)
    if len(names) == 1 and scale == "log_probability":
        raise ModelError(
            f"Model {model.name} predicts a value, which has no probability; ask for its logit."
        )
    if label is None:
        index = _likeliest(model, encoding, pooled)
    else:
        index = np.full_like(pooled, class_number(model, label))
    if len(names) == 1:
        words = ["predicted value"] * len(encoding)
    else:
        words = [f"{scale_in_words(scale)} of class {names[k]}" for k in index[:, 0]]
    return Readout(pooled, index, scale, tuple(words))


def next_tokens(model: LanguageModel, encoding: Encoding, target: NextTokenTarget) -> Readout:
    """Return the readout of the token that follows each document, a closing mark left out."""
    if model.task != "causal":
        raise ModelError(
            f"Model {model.name} predicts no next token (it is a {model.task} model); choose "
            "another target, or a model that reads from left to right."
        )
    owner = np.repeat(np.arange(len(encoding)), encoding.lengths)
    place = np.arange(len(encoding.ids)) - encoding.bounds[owner]
    last = np.zeros((len(encoding), 1), dtype=np.int64)
    np.maximum.at(last[:, 0], owner[~encoding.special], place[~encoding.special])
    if target.token is None:
        index = _likeliest(model, encoding, last)
    else:
        index = np.full_like(last, token_number(model, target.token))
    tokens = model.tokenizer.convert_ids_to_tokens(index[:, 0].tolist())
    words = [f"{scale_in_words(target.scale)} of {token} next" for token in tokens]
    return Readout(last, index, target.scale, tuple(words))


def own_likeness(model: LanguageModel, encoding: Encoding, target: SimilarityTarget) -> Readout:
    """Return the readout of each document's likeness to itself as a whole.

    Every token is read; of those that the tokenizer added, too, for the mean is over all.

    Raises
    ------
    ModelError
        Where the model is no encoder.
    """
    if model.task != "encoder":
        raise ModelError(
            f"Model {model.name} is a {model.task} model; leave the target out, which asks it for "
            "what it predicts."
        )
    count = len(encoding)
    position = np.full((count, int(encoding.lengths.max())), -1, dtype=np.int64)
    for row, length in enumerate(encoding.lengths.tolist()):
        position[row, :length] = np.arange(length)
    index = np.repeat(np.arange(count)[:, None], position.shape[1], axis=1)
    references = torch.empty(0)
    with torch.no_grad():
        for batch in batches(encoding, 64):
            moved = batch.to(model.device)
            found = text_embeddings(model, moved.input_ids, moved.attention_mask)
            if not len(references):
                references = found.new_empty((count, found.shape[1]))
            references[torch.from_numpy(batch.documents).to(found.device)] = found
    words = ("cosine with the whole text",) * count
    return Readout(position, index, target.scale, words, references)


def _likeliest(model: LanguageModel, encoding: Encoding, position: np.ndarray) -> np.ndarray:
    """Return what the model predicts for each document, int64 [n, 1]."""
    output = ModelOutput(model, "logit")
    found = np.empty_like(position)
    for batch in batches(encoding, 64):
        moved = batch.to(model.device)
        where = torch.from_numpy(position[batch.documents]).to(model.device)
        found[batch.documents] = (
            output.likeliest(moved.input_ids, moved.attention_mask, where).cpu().numpy()
        )
    return found
