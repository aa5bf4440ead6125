"""The documents that are looked at: drawn, tokenised, and with their features found in tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.base import generator
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureTable, check_carried
from causattn.models import (
    CarrierTokens,
    Encoding,
    LanguageModel,
    carrier_tokens,
    encode_texts,
)


@dataclass(frozen=True)
class CarriedDocuments:
    """Documents as tokens, and which tokens carry which feature.

    Parameters
    ----------
    encoding
        The documents' tokens.
    carriers
        The tokens that carry features.
    """

    encoding: Encoding
    carriers: CarrierTokens

    def __len__(self) -> int:
        return len(self.encoding)


def carried_documents(
    model: LanguageModel, corpus: Corpus, features: FeatureTable, most: int | None, seed: int
) -> CarriedDocuments:
    """Return the documents to look at.

    Parameters
    ----------
    model, corpus, features
        Whose tokens, of which documents, carry which features.
    most
        Most documents, drawn without replacement; None for all.
    seed
        The run's seed.

    Raises
    ------
    DataError
        For a feature that none of these documents carries.
    """
    rows = np.arange(len(features.documents))
    if most is not None and most < len(rows):
        rng = generator(seed, "attention", "documents")
        rows = np.sort(rng.choice(len(rows), size=most, replace=False))
    encoding = encode_texts(model, [corpus.texts[d] for d in features.documents[rows]])
    carriers = carrier_tokens(encoding, _mentions_of(features, rows))
    seen = np.bincount(carriers.feature, minlength=features.size)
    check_carried(features, seen > 0, len(rows), "attention")
    return CarriedDocuments(encoding, carriers)


def _mentions_of(features: FeatureTable, rows: np.ndarray) -> Mentions:
    """Return the carriers in some rows of the table, which now count from 0."""
    place = np.full(len(features.documents), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return features.carriers.renumbered(documents=place)
