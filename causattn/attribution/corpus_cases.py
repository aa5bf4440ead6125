"""The documents of a corpus, each feature in turn asked for: hidden, or predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from causattn.attribution.cases import (
    Cases,
    baseline_token,
    check_offsets,
)
from causattn.attribution.next_words import next_words
from causattn.attribution.readouts import predicted_labels, token_readout
from causattn.attribution.settings import Scale
from causattn.attribution.targets import Readout
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureTable
from causattn.models import (
    CarrierTokens,
    Encoding,
    LanguageModel,
    carrier_tokens,
    encode_texts,
    hiding_tokens,
)


@dataclass(frozen=True)
class FeatureCases:
    """Cases that each ask for one feature of one document.

    Parameters
    ----------
    cases
        What is explained.
    document, feature
        int64 [n], which document of the chunk each case is, and which feature it asks for.
    multiplicity
        int64 [n], how many documents each stands for.
    carriers
        The tokens that carry features, by document of the chunk.
    lost, truncated
        Mentions that no token carries, and documents of which only the beginning was read.
    """

    cases: Cases
    document: np.ndarray
    feature: np.ndarray
    multiplicity: np.ndarray
    carriers: CarrierTokens
    lost: int
    truncated: int

    def carried(self, cases: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return row, feature and position of the tokens that got scores for their feature."""
        row, feature, position = self.carriers.of(self.document[cases])
        flat = self.cases.encoding.bounds[np.asarray(cases)[row]] + position
        kept = self.cases.explained[flat]
        return row[kept], feature[kept], position[kept]


def feature_hiding(model: LanguageModel, corpus: Corpus, features: FeatureTable) -> np.ndarray:
    """Return the token that stands in for each feature's tokens, int64 [f].

    The variable's own word where the corpus has one and the model knows it, for that is what hid it
    in training; else the token that says nothing.
    """
    texts = dict(zip(corpus.variables, corpus.mask_texts or (), strict=False))
    hidden = np.full(features.size, baseline_token(model), dtype=np.int64)
    own = [k for k, name in enumerate(features.names) if texts.get(name) is not None]
    if own and model.tokenizer.mask_token_id is not None:
        hidden[own] = hiding_tokens(model, [texts[features.names[k]] for k in own])
    return hidden


def feature_cases(
    model: LanguageModel,
    texts: Sequence[str],
    mentions: Mentions,
    hiding: np.ndarray,
    *,
    rows: np.ndarray,
    query: str,
    scale: Scale,
    pooled: np.ndarray,
    once: bool,
) -> FeatureCases:
    """Return every document with each of its features asked for in turn.

    Parameters
    ----------
    model, texts, mentions
        Whose tokens, of which documents, carry which features.
    hiding
        int64 [f], see `feature_hiding`.
    rows
        int64 [d], what the documents are called by, so that draws do not depend on the chunk.
    query, scale
        What is asked.
    pooled
        bool [f], features that are a classifier's output.
    once
        Whether documents that read alike are explained once and counted as often as they occur.
    """
    check_offsets(model)
    encoding = encode_texts(model, texts)
    carriers = carrier_tokens(encoding, mentions)
    first, times = _different(encoding, carriers) if once else (np.arange(len(texts)), None)
    times = np.ones(len(first), dtype=np.int64) if times is None else times
    place = np.full(len(texts), -1, dtype=np.int64)
    place[first] = np.arange(len(first))
    asks = pooled[carriers.feature] if query == "label" else ~pooled[carriers.feature]
    asked = np.unique(
        np.stack([carriers.document, carriers.feature], 1)[asks & (place[carriers.document] >= 0)],
        axis=0,
    )
    document, feature = asked.reshape(-1, 2).T
    repeated = _taken(encoding, document)
    explained, stand_in = _players(repeated, carriers, document, hiding, pooled)
    readout = Readout(np.zeros((0, 1), np.int64), np.zeros((0, 1), np.int64), scale, ())
    if query == "masked":
        case, own, position = carriers.of(document)
        hidden = own == feature[case]
        case, position = case[hidden], position[hidden]
        flat = repeated.bounds[case] + position
        if len(document):
            readout = token_readout(model, repeated, case, position, scale, named=False)
        explained[flat] = False
        repeated = repeated.replaced(case, position, hiding[feature[case]])
    elif query == "next" and len(document):
        readout, unseen = next_words(model, repeated, carriers, document, feature, scale)
        explained &= ~unseen
    elif len(document):
        readout = predicted_labels(model, repeated, scale)
    baseline = np.where(explained, stand_in, repeated.ids)
    numbers = rows[document] * len(pooled) + feature
    cases = Cases(repeated, explained, baseline, readout, numbers)
    lost, truncated = len(carriers.lost), len(encoding.truncated)
    multiplicity = times[place[document]]
    return FeatureCases(cases, document, feature, multiplicity, carriers, lost, truncated)


def _players(
    repeated: Encoding,
    carriers: CarrierTokens,
    document: np.ndarray,
    hiding: np.ndarray,
    pooled: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return which tokens carry features, bool [t], and what stands in for each, int64 [t]."""
    case, feature, position = carriers.of(document)
    words = ~pooled[feature]
    flat = repeated.bounds[case[words]] + position[words]
    explained = np.zeros(len(repeated.ids), dtype=bool)
    explained[flat] = True
    stand_in = repeated.ids.copy()
    # Of two features on one token the first in the table gives the word.
    stand_in[flat[::-1]] = hiding[feature[words][::-1]]
    return explained & ~repeated.special, stand_in


def _taken(encoding: Encoding, documents: np.ndarray) -> Encoding:
    """Return the given documents, with repetition, as an encoding of their own."""
    lengths = encoding.lengths[documents]
    bounds = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    owner = np.repeat(np.arange(len(documents)), lengths)
    flat = encoding.bounds[documents][owner] + np.arange(bounds[-1]) - bounds[owner]
    parts = {name: getattr(encoding, name)[flat] for name in ("ids", "start", "end", "special")}
    return replace(encoding, bounds=bounds, pooled=encoding.pooled[documents], **parts)


def _different(encoding: Encoding, carriers: CarrierTokens) -> tuple[np.ndarray, np.ndarray]:
    """Return the first document of each that read alike and carry alike, and how often each is."""
    place: dict[tuple[bytes, bytes, bytes], int] = {}
    first: list[int] = []
    times: list[int] = []
    for document in range(len(encoding)):
        own = slice(carriers.bounds[document], carriers.bounds[document + 1])
        key = (
            encoding.ids[encoding.bounds[document] : encoding.bounds[document + 1]].tobytes(),
            carriers.feature[own].tobytes(),
            carriers.position[own].tobytes(),
        )
        number = place.setdefault(key, len(first))
        if number == len(first):
            first.append(document)
            times.append(0)
        times[number] += 1
    return np.array(first, dtype=np.int64), np.array(times, dtype=np.int64)
