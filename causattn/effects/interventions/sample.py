"""The sampled documents that interventions change, as a corpus and as tokens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from causattn.base import generator
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureTable, carriers_of
from causattn.models import (
    CarrierTokens,
    Encoding,
    LanguageModel,
    carrier_tokens,
    encode_texts,
    hiding_tokens,
)


class Sample:
    """Some documents of a feature table.

    Parameters
    ----------
    model, corpus, table
        The model, the documents and their features.
    documents
        How many to draw, without replacement (all where there are fewer).
    seed
        The run's seed.
    """

    def __init__(
        self,
        model: LanguageModel,
        corpus: Corpus,
        table: FeatureTable,
        documents: int,
        seed: int,
    ) -> None:
        self.model, self.table, self.seed = model, table, seed
        rng = generator(seed, "effects", "interventions", "documents")
        count = len(table.documents)
        self.rows = np.sort(rng.choice(count, min(documents, count), replace=False))
        self.corpus = documents_of(corpus, table.documents[self.rows])
        self._plain: tuple[Encoding, CarrierTokens] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def plain(self) -> tuple[Encoding, CarrierTokens]:
        """Return the documents as they are, as tokens, and the tokens that carry each feature."""
        if self._plain is None:
            encoding = encode_texts(self.model, self.corpus.texts)
            mentions = carriers_of(self.table, self.rows, self.corpus.texts, self.model)
            self._plain = encoding, carrier_tokens(encoding, mentions)
        return self._plain

    def hiding_id(self, slot: int | None = None) -> int:
        """Return the token that hides a slot: the corpus's own word for it, else the mask token.

        Raises
        ------
        ModelError
            Where the tokenizer has no mask token.
        """
        own = self.corpus.mask_texts if slot is not None else None
        return int(hiding_tokens(self.model, [None if own is None else own[slot or 0]])[0])


def documents_of(corpus: Corpus, documents: np.ndarray) -> Corpus:
    """Return the given documents, ascending int64 [k], as a corpus of their own."""
    return replace(
        corpus,
        texts=[corpus.texts[int(k)] for k in documents],
        values=None if corpus.values is None else corpus.values[documents],
        mentions=mentions_of(corpus.mentions, documents),
        outcome=None if corpus.outcome is None else corpus.outcome[documents],
        metadata=None if corpus.metadata is None else corpus.metadata.iloc[documents],
    )


def mentions_of(mentions: Mentions, documents: np.ndarray) -> Mentions:
    """Return the mentions in the given documents, ascending int64 [k], counted again from 0."""
    kept = np.isin(mentions.document, documents)
    return Mentions(
        np.searchsorted(documents, mentions.document[kept]),
        mentions.variable[kept],
        mentions.start[kept],
        mentions.end[kept],
    )


def token_rows(encoding: Encoding, carriers: CarrierTokens, feature: int) -> np.ndarray:
    """Return the flat token rows that carry a feature, int64."""
    carried = carriers.feature == feature
    return encoding.bounds[carriers.document[carried]] + carriers.position[carried]
