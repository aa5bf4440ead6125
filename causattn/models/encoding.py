"""Texts to tokens, once for everybody: ids, character offsets, special tokens, batches.

All rooms that run a model tokenise here, so that they speak of the same token positions. A
position counts the tokens of **one document** from 0, special tokens included. Batches pad on the
right, whatever side the tokenizer would take, so that the position in the document is the column
in the batch; with an attention mask this changes no model's output for models that read from left
to right or both ways (`Encoding.pad_id` says where it would).

The usual way through::

    encoding = encode_texts(model, corpus.texts)
    carriers = carrier_tokens(encoding, corpus.mentions)
    for batch in batches(encoding, 64):
        output = model.network(**batch.inputs)
        row, feature, position = carriers.of(batch.documents)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from causattn.base import DataError
from causattn.models.model import LanguageModel, LongText, token_id
from causattn.models.tokenising import tokenise, without_space

# Models that pool the last column, padding or not: never pad these.
_POOL_LAST_COLUMN = frozenset({"xlnet", "xlm"})


@dataclass(frozen=True)
class Encoding:
    """n documents as tokens, ragged: document d owns the flat rows ``bounds[d]:bounds[d + 1]``.

    Parameters
    ----------
    ids
        int64 [t], the token ids of all documents one after the other.
    bounds
        int64 [n + 1], row bounds of the documents.
    start, end
        int32 [t], the characters of its document that a token covers, end excluded and white
        space around them left out; equal where it covers none. Several tokens can cover the same
        character (the bytes of an emoji).
    special
        bool [t], tokens that the tokenizer added and that are no part of the text.
    pooled
        int64 [n], the position from which a classifier reads its output: the classification
        token where the tokenizer has one, else the last token.
    pad_id
        What fills short rows; None where padding would change the output, so that only documents
        of equal length may share a batch.
    truncated
        int64, the documents of which only the beginning was read.
    """

    ids: np.ndarray
    bounds: np.ndarray
    start: np.ndarray
    end: np.ndarray
    special: np.ndarray
    pooled: np.ndarray
    pad_id: int | None
    truncated: np.ndarray

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def lengths(self) -> np.ndarray:
        """Tokens per document, int64 [n]."""
        return np.diff(self.bounds)

    def replaced(self, document: np.ndarray, position: np.ndarray, ids: np.ndarray) -> Encoding:
        """Return the documents with other tokens at some places, characters left as they were.

        Parameters
        ----------
        document, position
            int64 [r], the places.
        ids
            int64 [r], the tokens to stand there, or one for all.
        """
        changed = self.ids.copy()
        changed[self.bounds[document] + position] = ids
        return replace(self, ids=changed)


@dataclass(frozen=True)
class Batch:
    """Some documents as padded tensors.

    Parameters
    ----------
    documents
        int64 [b], which documents these are.
    input_ids
        int64 [b, T].
    attention_mask
        int64 [b, T], 1 on the document's tokens and 0 on padding.
    content
        bool [b, T], tokens that are part of the text: neither padding nor special.
    """

    documents: np.ndarray
    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    content: torch.Tensor

    @property
    def inputs(self) -> dict[str, torch.Tensor]:
        """What to hand to the network: ``network(**batch.inputs)``."""
        return {"input_ids": self.input_ids, "attention_mask": self.attention_mask}

    def to(self, device: torch.device) -> Batch:
        """Return the batch with its tensors on `device`."""
        moved = (part.to(device) for part in (self.input_ids, self.attention_mask, self.content))
        return Batch(self.documents, *moved)


def encode_texts(
    model: LanguageModel, texts: Sequence[str], long_text: LongText | None = None
) -> Encoding:
    """Return the tokens of `texts`.

    Parameters
    ----------
    model
        Gives the tokenizer and the most tokens a document may have.
    texts
        n documents.
    long_text
        ``"error"`` or ``"truncate"``; the model's own choice where None. Documents that were cut
        are listed in `Encoding.truncated`.

    Raises
    ------
    DataError
        For a document without any token, or one longer than the model takes.
    """
    if isinstance(texts, str):
        raise TypeError("texts is a sequence of documents, got one string")
    limit = model.longest_input
    ids, offsets, special, lengths, long = tokenise(model, texts, limit)
    if len(long) and (long_text or model.long_text) == "error":
        raise DataError(
            f"{len(long)} of {len(texts)} documents are longer than the {limit} tokens that model "
            f"{model.name} takes (the first is document {long[0]}); shorten them, or set "
            "model.long_text=truncate to read only their beginning."
        )
    if (lengths == 0).any():
        raise DataError(
            f"Document {int(np.argmin(lengths))} has no tokens for model {model.name}; leave it "
            "out of the corpus."
        )
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    start, end = without_space(texts, offsets, lengths)
    start[special] = end[special] = 0
    unpaddable = model.network.config.model_type in _POOL_LAST_COLUMN
    # A causal classifier looks for the last token that is not its own padding.
    known = (token_id(model.network.config, "pad_token_id"), model.tokenizer.pad_token_id)
    pad_id = next((number for number in known if number is not None), 0)
    return Encoding(
        ids=ids,
        bounds=bounds,
        start=start,
        end=end,
        special=special,
        pooled=_pooled(model, ids, bounds, special),
        pad_id=None if unpaddable else int(pad_id),
        truncated=long,
    )


def batches(encoding: Encoding, batch_size: int, by_length: bool = True) -> Iterator[Batch]:
    """Yield all documents once, `batch_size` at a time.

    Parameters
    ----------
    encoding
        The documents.
    batch_size
        The most documents in a batch.
    by_length
        Documents of like length together, so that little is padded; else in their order (which
        is not possible where the model cannot take padding, and is then ignored).
    """
    lengths = encoding.lengths
    by_length = by_length or encoding.pad_id is None
    order = np.argsort(lengths, kind="stable") if by_length else np.arange(len(lengths))
    if encoding.pad_id is None:
        groups = np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1)
    else:
        groups = [order]
    for group in groups:
        for first in range(0, len(group), batch_size):
            yield take(encoding, group[first : first + batch_size])


def take(encoding: Encoding, documents: np.ndarray) -> Batch:
    """Return the given documents, int64 [b], as one padded batch in that order."""
    lengths = encoding.lengths[documents]
    columns = np.arange(int(lengths.max()))
    inside = columns < lengths[:, None]
    flat = np.where(inside, encoding.bounds[documents][:, None] + columns, 0)
    ids = np.where(inside, encoding.ids[flat], encoding.pad_id or 0)
    return Batch(
        documents=np.asarray(documents),
        input_ids=torch.from_numpy(ids),
        attention_mask=torch.from_numpy(inside.astype(np.int64)),
        content=torch.from_numpy(inside & ~encoding.special[flat]),
    )


def _pooled(
    model: LanguageModel, ids: np.ndarray, bounds: np.ndarray, special: np.ndarray
) -> np.ndarray:
    """Return for each document the position from which a classifier reads, int64 [n]."""
    lengths = np.diff(bounds)
    document = np.repeat(np.arange(len(lengths)), lengths)
    position = np.arange(len(ids)) - bounds[:-1][document]
    class_id = model.tokenizer.cls_token_id
    if class_id is not None:
        # The one that the tokenizer added, where it adds one: a text may hold the same token.
        for own in (special, np.ones_like(special)):
            found = np.flatnonzero((ids == class_id) & own)
            pooled = np.full(len(lengths), -1, dtype=np.int64)
            pooled[document[found[::-1]]] = position[found[::-1]]
            if (pooled >= 0).all():
                return pooled
    # A causal classifier reads the last token that is not padding, as its own code finds it.
    real = np.flatnonzero(ids != token_id(model.network.config, "pad_token_id"))
    last = lengths - 1
    last[document[real]] = 0
    np.maximum.at(last, document[real], position[real])
    return last
