"""Documents as points: the model's own representation, and who is near whom in it.

A document's vector is the mean of its tokens' last hidden states, special tokens left out, made one
long; the distance of two documents is then monotone in the angle between them. The mean over tokens
is the usual reading of an encoder as an embedding of texts (Reimers and Gurevych 2019,
"Sentence-BERT", EMNLP, section 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from causattn.base import DataError
from causattn.models import LanguageModel, encode_texts, last_states


@dataclass(frozen=True)
class Neighbours:
    """The documents nearest to one.

    Parameters
    ----------
    documents
        int64 [k], the nearest first.
    similarity
        float64 [k], cosine of the angle to it.
    """

    documents: np.ndarray
    similarity: np.ndarray


def document_vectors(
    model: LanguageModel, texts: Sequence[str], batch_size: int = 32
) -> np.ndarray:
    """Return each text's vector of length 1, float64 [n, width].

    Parameters
    ----------
    model
        Any model; of an encoder-decoder its encoder is read. Long texts are cut.
    texts
        n documents.
    batch_size
        Most documents in a forward pass.
    """
    encoding = encode_texts(model, texts, "truncate")
    rows: np.ndarray | None = None
    for batch, states in last_states(model, encoding, batch_size):
        # A text of special tokens alone is these.
        content = batch.content | (
            ~batch.content.any(1, keepdim=True) & batch.attention_mask.bool()
        )
        share = content.double() / content.sum(1, keepdim=True)
        mean = (share[:, :, None] * states).sum(1)
        found = torch.nn.functional.normalize(mean, dim=-1).numpy()
        if rows is None:
            rows = np.empty((len(encoding), found.shape[1]))
        rows[batch.documents] = found
    assert rows is not None
    return rows


def nearest_documents(vectors: np.ndarray, document: int, count: int) -> Neighbours:
    """Return the documents nearest to one, itself left out, ties in their order.

    Parameters
    ----------
    vectors
        float64 [n, width], of length 1 (`document_vectors`).
    document
        Which row.
    count
        Most documents.

    Raises
    ------
    DataError
        Where there is no such document.
    """
    if not 0 <= document < len(vectors):
        raise DataError(
            f"There is no document {document} among {len(vectors)}; give a number from 0 to "
            f"{len(vectors) - 1}."
        )
    similarity = np.clip(vectors @ vectors[document], -1.0, 1.0)
    # Equal texts differ by rounding only, and stay in their order.
    order = np.argsort(-np.round(similarity, 9), kind="stable")
    order = order[order != document][:count]
    return Neighbours(order, similarity[order])
