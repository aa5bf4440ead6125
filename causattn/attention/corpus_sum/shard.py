"""A corpus cut into shards: consecutive documents that are read, summed and stored together.

Only the shard at hand is read from the corpus, so that a corpus whose texts lie on disk
(`causattn.corpora`, kind ``streamed``) never stands in memory as a whole. What is kept for all
documents is their number, 8 bytes each.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from causattn.attention.measures.pairs import occurring_pairs
from causattn.base import DataError, generator
from causattn.corpora import Corpus, Mentions
from causattn.features import FIND_AGAIN, FeatureTable, carriers_of
from causattn.models import LanguageModel, encode_texts

_SPECIAL = 8
"""More than the special tokens that any tokenizer adds to a document."""


@dataclass(frozen=True)
class Shard:
    """Some documents and who carries what in them.

    Parameters
    ----------
    number
        Which shard, from 0.
    first
        Place of its first document among the documents summarised.
    texts
        The documents.
    mentions
        The characters that carry features; None where they are found from the texts.
    """

    number: int
    first: int
    texts: list[str]
    mentions: Mentions | None


class Shards:
    """The shards of a corpus, read one at a time (`shards[number]`, safe among threads).

    Parameters
    ----------
    corpus, features
        The documents and what is looked for in them.
    documents
        Most documents, drawn without replacement; None for all.
    size
        Documents in a shard.
    seed
        The run's seed.
    """

    def __init__(
        self,
        corpus: Corpus,
        features: FeatureTable,
        documents: int | None,
        size: int,
        seed: int,
    ) -> None:
        count = len(features.documents)
        self.rows = np.arange(count)
        if documents is not None and documents < count:
            rng = generator(seed, "attention", "documents")
            self.rows = np.sort(rng.choice(count, size=documents, replace=False))
        self._corpus, self._features = corpus, features
        self._size = size
        # Whoever runs the shard finds the features in its texts.
        self._find_again = bool(features.about.get(FIND_AGAIN))
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return -(-len(self.rows) // self._size)

    def size(self, number: int) -> int:
        """Return the number of documents in a shard."""
        return min(self._size, len(self.rows) - number * self._size)

    def __getitem__(self, number: int) -> Shard:
        first = number * self._size
        rows = self.rows[first : first + self._size]
        with self._lock:
            texts = [self._corpus.texts[d] for d in self._features.documents[rows].tolist()]
        mentions = None if self._find_again else carriers_of(self._features, rows, texts)
        return Shard(number, first, texts, mentions)

    def __iter__(self) -> Iterator[Shard]:
        return (self[number] for number in range(len(self)))

    def mentioned(self) -> np.ndarray:
        """Return which features some document mentions, bool [f]; all where that is not known."""
        size = self._features.size
        if self._find_again:
            return np.ones(size, dtype=bool)
        return np.bincount(self._mentions()[1], minlength=size) > 0

    def pair_count(self) -> int:
        """Return how many pairs of features some document mentions; 0 where that is not known."""
        if self._find_again:
            return 0
        size = self._features.size
        pairs = np.unique(self._mentions()[0].astype(np.int64) * size + self._mentions()[1])
        return len(occurring_pairs(*np.divmod(pairs, size), size))

    def _mentions(self) -> tuple[np.ndarray, np.ndarray]:
        """Return documents and features of the mentions in the documents summarised."""
        carriers = self._features.carriers
        inside = np.zeros(len(self._features.documents), dtype=bool)
        inside[self.rows] = True
        kept = inside[carriers.document]
        return carriers.document[kept], carriers.variable[kept]

    def fingerprint(self) -> str:
        """Return a hash of all documents and mentions; reads the whole corpus once."""
        digest = sha256(f"{len(self.rows)} {self._size}".encode())
        for shard in self:
            for text in shard.texts:
                encoded = text.encode("utf-8", "surrogatepass")
                digest.update(len(encoded).to_bytes(8, "little") + encoded)
            if shard.mentions is not None:
                for name in ("document", "variable", "start", "end"):
                    digest.update(getattr(shard.mentions, name).tobytes())
        return digest.hexdigest()


def check_lengths(model: LanguageModel, shards: Shards) -> None:
    """Raise before the run where a document is longer than the model takes, and may not be cut.

    Only what could be too long is tokenised: a token covers a byte of the text or more.

    Raises
    ------
    DataError
        Naming the first such document.
    """
    limit = model.longest_input
    if limit is None or model.long_text == "truncate":
        return
    for shard in shards:
        sizes = [len(text.encode(errors="replace")) for text in shard.texts]
        doubtful = [k for k, size in enumerate(sizes) if size + _SPECIAL > limit]
        if not doubtful:
            continue
        encoding = encode_texts(model, [shard.texts[k] for k in doubtful], "truncate")
        if len(encoding.truncated):
            first = shard.first + doubtful[int(encoding.truncated[0])]
            raise DataError(
                f"Documents are longer than the {limit} tokens that model {model.name} takes (the "
                f"first is document {first}); shorten them, or set model.long_text=truncate to "
                "read only their beginning."
            )
