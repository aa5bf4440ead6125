"""From texts to tokens and the characters that they cover, by the tokenizer's Rust core."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np
from tokenizers import Tokenizer, processors

from causattn.base import DataError
from causattn.models.model import LanguageModel

_CHUNK = 4096


def _lone_surrogate(texts: Sequence[str], first: int) -> DataError:
    """Return what is wrong with the first text that no encoding can hold."""
    for number, text in enumerate(texts):
        lone = re.search("[\ud800-\udfff]", text)
        if lone is not None:
            return DataError(
                f"Document {first + number} holds half a character (a lone surrogate, "
                f"U+{ord(lone.group()):04X}) at position {lone.start()}; mend its encoding."
            )
    return DataError(f"A document from {first} on is no text; give strings.")


def tokenise(
    model: LanguageModel, texts: Sequence[str], limit: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return ids, offsets [t, 2], special-token marks, lengths [n], and the documents cut at limit.

    This talks to the tokenizer's Rust core: what transformers wraps around it takes as long again.
    """
    core = model.tokenizer.backend_tokenizer
    core.no_padding()
    parts = []
    long: list[int] = []
    # In pieces: the core's objects take fifty times the memory of the arrays.
    for first in range(0, len(texts), _CHUNK):
        chunk = list(texts[first : first + _CHUNK])
        core.no_truncation()
        with _untrimmed(core):
            try:
                encoded = core.encode_batch(chunk)
            except TypeError:
                raise _lone_surrogate(chunk, first) from None
            cut = [k for k, row in enumerate(encoded) if limit is not None and len(row) > limit]
            if limit is not None and cut:
                long += [first + k for k in cut]
                core.enable_truncation(limit, direction=model.tokenizer.truncation_side)
                for k, row in zip(cut, core.encode_batch([chunk[k] for k in cut]), strict=True):
                    encoded[k] = row
                core.no_truncation()
        flat = chain.from_iterable
        parts.append(
            (
                np.fromiter(flat(row.ids for row in encoded), np.int64),
                np.fromiter(flat(flat(row.offsets for row in encoded)), np.int32).reshape(-1, 2),
                np.fromiter(flat(row.special_tokens_mask for row in encoded), np.bool_),
                np.fromiter((len(row) for row in encoded), np.int64),
            )
        )
    ids, offsets, special, lengths = (np.concatenate(part) for part in zip(*parts, strict=True))
    return ids, offsets, special, lengths, np.array(long, dtype=np.int64)


@contextmanager
def _untrimmed(core: Tokenizer) -> Iterator[None]:
    """Leave to `without_space` what byte-level tokenizers trim themselves, inside the block.

    They take one character for the space that they put before a word, and behind a special token
    inside a text (``<mask>B``) that space is nowhere, so that a letter goes instead.
    """
    whole = core.post_processor
    parts: list[Any] = [whole]
    if isinstance(whole, processors.Sequence):
        parts = list(whole)  # type: ignore[call-overload]  # it has only __getitem__
    trimming = [part for part in parts if getattr(part, "trim_offsets", False)]
    try:
        for part in trimming:
            part.trim_offsets = False
        yield
    finally:
        for part in trimming:
            part.trim_offsets = True


def without_space(
    texts: Sequence[str], offsets: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return token starts and ends with the white space in front and behind left out.

    Byte-level tokenizers count the space before a word as part of the word's token. Without this
    a mention that ends in a space would claim the next word too.
    """
    sizes = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts))
    base = np.repeat(np.concatenate([[0], np.cumsum(sizes)[:-1]]), lengths)
    code_points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    present = np.unique(code_points)
    white = present[[chr(point).isspace() for point in present]]
    is_white = np.isin(code_points, white)
    start, end = offsets[:, 0].copy(), offsets[:, 1].copy()
    inside = np.flatnonzero(start < end)
    while len(inside):
        inside = inside[is_white[base[inside] + start[inside]]]
        start[inside] += 1
        inside = inside[start[inside] < end[inside]]
    inside = np.flatnonzero(start < end)
    while len(inside):
        inside = inside[is_white[base[inside] + end[inside] - 1]]
        end[inside] -= 1
    return start, end
