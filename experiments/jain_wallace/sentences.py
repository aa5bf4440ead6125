"""Sentences as the paper has them: words between two markers, numbered, padded into batches.

SST's file is ordered by label, so that its head has one label only: whoever wants fewer sentences
draws them (`draw`). The paper keeps sentences of more than five words and leaves out the longest
of each split, which gives the sizes of its table 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from causattn.base import DataError

PADDING, UNKNOWN, START, END = range(4)
"""Numbers of what is no word of the vocabulary; words are numbered from 4."""
SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Sentences:
    """Labelled sentences.

    Parameters
    ----------
    words
        The words of each.
    labels
        int [n], 0 or 1.
    """

    words: tuple[tuple[str, ...], ...]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.words)

    @property
    def lengths(self) -> np.ndarray:
        """Number of words of each, int64 [n]."""
        return np.array([len(words) for words in self.words])

    def take(self, rows: np.ndarray) -> Sentences:
        """Return some of them, in the order of `rows`, int [m]."""
        return Sentences(tuple(self.words[row] for row in rows), self.labels[rows])

    def draw(self, count: int, rng: np.random.Generator) -> Sentences:
        """Return `count` of them, or all if there are fewer, as many of each label as can be."""
        order = rng.permutation(len(self))
        shuffled = self.labels[order]
        rank = np.empty(len(self), dtype=int)
        for label in np.unique(shuffled):
            rank[shuffled == label] = np.arange(np.sum(shuffled == label))
        return self.take(order[np.argsort(rank, kind="stable")[:count]])


@dataclass(frozen=True)
class Vocabulary:
    """The words that have a number, in the order of their numbers, from 4."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, sentences: Sentences) -> Vocabulary:
        """Return all words of some sentences, in the order of the alphabet."""
        return cls(tuple(sorted(set(chain.from_iterable(sentences.words)))))

    @property
    def size(self) -> int:
        """Number of numbers, those of padding, unknown word and markers among them."""
        return 4 + len(self.words)

    def numbered(self, sentences: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """Return each sentence as numbers between its two markers, int64 [T + 2]."""
        number = {word: 4 + k for k, word in enumerate(self.words)}
        return [
            np.array([START, *(number.get(word, UNKNOWN) for word in words), END])
            for words in sentences
        ]


@dataclass(frozen=True)
class Batch:
    """Sentences padded to one length.

    Parameters
    ----------
    rows
        Which sentences, int64 [B].
    ids
        Their numbers, int64 [B, L].
    is_word
        Where a word stands: not padding, not a marker; bool [B, L].
    """

    rows: np.ndarray
    ids: torch.Tensor
    is_word: torch.Tensor


def padded(numbered: Sequence[np.ndarray], rows: np.ndarray) -> Batch:
    """Return some numbered sentences as one batch."""
    longest = max(len(numbered[row]) for row in rows)
    ids = np.full((len(rows), longest), PADDING)
    for place, row in enumerate(rows):
        ids[place, : len(numbered[row])] = numbered[row]
    is_word = (ids != PADDING) & (ids != START) & (ids != END)
    return Batch(np.asarray(rows), torch.from_numpy(ids), torch.from_numpy(is_word))


def batches(numbered: Sequence[np.ndarray], size: int) -> Iterator[Batch]:
    """Yield all sentences in batches of like length."""
    order = np.argsort([len(numbers) for numbers in numbered], kind="stable")
    for first in range(0, len(order), size):
        yield padded(numbered, order[first : first + size])


def read_sst(path: Path, more_than: int = 5) -> dict[str, Sentences]:
    """Return the splits of SST, sentences of more than `more_than` words but the longest.

    Raises
    ------
    DataError
        Where the file has not the columns ``text``, ``label`` and ``exp_split``.
    """
    table = pd.read_csv(path)
    missing = {"text", "label", "exp_split"} - set(table.columns)
    if missing:
        raise DataError(
            f"{path} has no column {', '.join(sorted(missing))}; give sst_dataset.csv as the "
            "authors publish it."
        )
    splits = {}
    for split in SPLITS:
        part = table[table["exp_split"] == split]
        words = [tuple(text.split()) for text in part["text"]]
        found = Sentences(tuple(words), part["label"].to_numpy())
        lengths = found.lengths
        kept = (lengths > more_than) & (lengths < lengths.max())
        splits[split] = found.take(np.flatnonzero(kept))
    return splits
