"""What there was to learn: a plain regression on the other variables, beside the model's loss.

A masked language model of documents that state variables is a regression of each hidden variable
on the others. So a plain one (`fit_conditionals`) says how much of the loss of the bare frequencies
anyone can avoid, and the model's share of that says whether it was trained enough to be read. A
share above 1 comes of interactions, which the regression lacks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from transformers import PreTrainedModel

from causattn.corpora import Corpus
from causattn.models.carriers import carrier_tokens
from causattn.models.conditionals import fit_conditionals, frequencies
from causattn.models.encoding import Encoding
from causattn.models.hidden_loss import hidden_losses
from causattn.models.masking import Masking

MENTIONS = 4_000
"""Most held-out mentions that are hidden one by one."""
DOCUMENTS = 10_000
"""Most documents that the regression is fitted to, so that it takes seconds."""
_CLEAR = 3
"""Standard errors by which the regression has to be better than the frequencies to be a measure."""
_BATCH = 128


def reachable(
    network: PreTrainedModel,
    encoding: Encoding,
    masking: Masking,
    corpus: Corpus,
    training: np.ndarray,
    held_out: np.ndarray,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return how much of what a regression learns of hidden mentions the model has learned.

    Held-out mentions are hidden one at a time, the rest of their document shown; model, regression
    and frequencies predict the same ones.

    Parameters
    ----------
    network
        In evaluation mode.
    encoding, masking, corpus
        The documents, in tokens, with what hides a mention, and with their values.
    training, held_out
        int64, which documents were trained on, and which were not.
    rng
        Draws the mentions, where there are more than `MENTIONS`, and the regression's documents,
        where there are more than `DOCUMENTS`.

    Returns
    -------
    dict
        ``mention_loss`` (nats a held-out mention), ``mention_loss_frequencies``,
        ``mention_loss_regression``, and ``reached``, the share: None where the regression is not
        clearly better than the frequencies. Empty for documents that state no variables.
    """
    if corpus.value_texts is None or corpus.values is None:
        return {}
    carriers = carrier_tokens(encoding, corpus.mentions)
    stated = np.isfinite(corpus.values[carriers.document, carriers.feature])
    known = stated & np.isin(carriers.document, held_out)
    leader = masking.leader[encoding.bounds[carriers.document] + carriers.position]
    mentions = np.unique(
        np.stack([carriers.document, leader, carriers.feature], axis=1)[known], axis=0
    )
    if len(mentions) > MENTIONS:
        mentions = mentions[np.sort(rng.choice(len(mentions), MENTIONS, replace=False))]
    document, position, variable = mentions.T
    if len(training) > DOCUMENTS:
        training = np.sort(rng.choice(training, DOCUMENTS, replace=False))
    codes = np.where(np.isfinite(corpus.values), corpus.values, -1).astype(np.int64)
    sizes = np.array([len(texts) for texts in corpus.value_texts])
    asked = np.arange(len(mentions)), variable
    plain = frequencies(codes[training], sizes).surprise(codes[document])[asked]
    best = fit_conditionals(codes[training], sizes).surprise(codes[document])[asked]
    own = _alone(network, encoding, masking, document, position)
    there = (plain - best).mean()
    clear = there > _CLEAR * (plain - best).std() / np.sqrt(len(plain))
    return {
        "mention_loss": float(own.mean()),
        "mention_loss_frequencies": float(plain.mean()),
        "mention_loss_regression": float(best.mean()),
        "reached": float((plain - own).mean() / there) if clear else None,
    }


def _alone(
    network: PreTrainedModel,
    encoding: Encoding,
    masking: Masking,
    document: np.ndarray,
    position: np.ndarray,
) -> np.ndarray:
    """Return the loss of each mention hidden by itself, float64 [m], summed over its tokens.

    `position` is that of a mention's first token.
    """
    losses = np.empty(len(document))
    with torch.inference_mode():
        for start in range(0, len(document), _BATCH):
            rows = slice(start, start + _BATCH)
            hidden, hiding = masking.alone(encoding, document[rows], position[rows])
            found = hidden_losses(network, encoding, document[rows], hidden, hiding)
            owner = np.nonzero(hidden)[0]
            losses[rows] = np.bincount(owner, found.double().numpy(), len(hidden))
    return losses
