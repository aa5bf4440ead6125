"""Features of kind ``clusters``: groups of words that the model itself takes for alike.

A word's vector is the mean of the model's last hidden states over its occurrences, so that the
sentences around it have their say. Vectors are centred over the words (those of a transformer all
lean one way; Mu and Viswanath 2018, "All-but-the-top", ICLR, section 2), made one long, and joined
bottom up by Ward's criterion (1963). Clusters of such means are as coherent as topic models are
(Sia, Dalmia, Mielke 2020, "Tired of topic models?", EMNLP, section 3). A cluster is present in a
document that holds one of its words, and is named by the words nearest to its centre.

A word belongs to one cluster in all its senses: *high* is one word of fever and of pressure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np

from causattn.base import Bounds, ConfigError, DataError, generator
from causattn.corpora import (
    Corpus,
    Mentions,
    Occurrences,
    StoredTexts,
    content_words_of,
    find_words,
    group_presence,
    languages_of,
)
from causattn.features.assemble import Columns, Missing, assemble
from causattn.features.checks import Collinear
from causattn.features.contract import FeatureBuilder
from causattn.features.lexicon import unit_carriers
from causattn.features.table import FeatureKind, FeatureTable
from causattn.features.words import ABSENT_PRESENT, WordSettings, choose_words


@dataclass(frozen=True)
class ClusterSettings:
    """How many clusters, and of which words.

    Parameters
    ----------
    clusters
        How many.
    named_by
        How many of its most typical words name a cluster.
    min_share, max_share
        The band: the share of documents that hold a word, forms of one word together.
    read
        In how many documents at most the model reads the words; which ones is drawn. All are
        searched for the words.
    exclude
        Words to leave out, with their forms, and whole clusters by their names; one that does not
        occur does no harm.
    language
        ``"en"``, ``"zh"``, ``"de"``, ``"fr"`` or ``"es"``; ``"auto"`` sees by the texts,
        ``"unknown"`` has no function words and no stemmer.
    metadata
        Variables of the corpus (such as year and city of corpus.columns) that stand beside the
        clusters as features without a text: they come before all clusters (assumed), attention
        does not restrict their edges, and no intervention on the model reaches them.
    outcome
        Is the corpus's outcome, if it has one, a feature too?
    missing
        A document with an unknown value: ``"error"``, or ``"drop"`` it and count it.
    collinear
        A column that is a linear combination of others, or the same in every document:
        ``"drop"`` it and name it, since nobody chose it, or ``"error"``.
    """

    clusters: Annotated[int, Bounds(least=2)] = 15
    named_by: Annotated[int, Bounds(least=1)] = 3
    min_share: Annotated[float, Bounds(least=0, most=1)] = 0.01
    max_share: Annotated[float, Bounds(least=0, most=1)] = 0.8
    read: Annotated[int, Bounds(least=1)] = 2000
    exclude: list[str] = field(default_factory=list)
    language: str = "auto"
    metadata: list[str] = field(default_factory=list)
    outcome: bool = True
    missing: Missing = "error"
    collinear: Collinear = "drop"

    def __post_init__(self) -> None:
        if self.min_share > self.max_share:
            raise ConfigError(
                f"features.min_share={self.min_share:g} and features.max_share="
                f"{self.max_share:g} are no band; give shares, the smaller first."
            )


class Clusters(FeatureBuilder):
    """Groups of content words that the model's contextual embeddings put together."""

    name = "clusters"
    settings = ClusterSettings
    paper = "Sia, Dalmia, Mielke (2020), Tired of topic models? EMNLP"

    def needs_model(self, settings: ClusterSettings) -> bool:
        """Return True: the model says which words are alike."""
        return True

    def build(
        self, settings: ClusterSettings, corpus: Corpus, model: Any, seed: int
    ) -> FeatureTable:
        """Return the presence of the clusters as a table.

        Raises
        ------
        ConfigError
            Where there is no model, or the texts are on disk.
        DataError
            Where there are fewer words than clusters, and for constant, like or dependent columns.
        """
        if model is None:
            raise ConfigError(
                "features=clusters needs a model, whose vectors say which words are "
                "alike; choose one, such as model=minilm."
            )
        if isinstance(corpus.texts, StoredTexts):
            raise ConfigError(
                "features=clusters keeps every place of a word, which texts on disk are too many "
                "for; use features=words, or corpus=file."
            )
        languages = languages_of(corpus.texts, settings.language)
        found = find_words(corpus.texts)
        content = content_words_of(found, languages)
        # The words that features=words would take, were there no end to them.
        band = WordSettings(
            top=len(content.forms),
            min_share=settings.min_share,
            max_share=settings.max_share,
            exclude=settings.exclude,
        )
        words, left_out = choose_words(band, content, found)
        vectors, seen = word_vectors(
            corpus.texts,
            found,
            [content.forms[word] for word in words],
            model,
            _documents_read(settings, len(corpus), seed),
        )
        unread = [content.name(word) for word, ok in zip(words, seen, strict=True) if not ok]
        words = [word for word, ok in zip(words, seen, strict=True) if ok]
        if len(words) < settings.clusters:
            raise DataError(
                f"Corpus {corpus.name} has {len(words)} content words for features.clusters="
                f"{settings.clusters}; ask for fewer clusters, or for more words "
                f"(features.min_share={settings.min_share:g} is the smallest share now)."
            )
        named = {
            "_".join(content.name(words[k]) for k in own[: settings.named_by]): own
            for own in word_clusters(vectors[seen], settings.clusters)
        }
        names = [name for name in named if name not in settings.exclude]
        forms = [[form for k in named[name] for form in content.forms[words[k]]] for name in names]
        about = {
            "kind": "clusters",
            "units": "words",
            "lexicon": {
                name: [found.vocabulary[form] for form in own]
                for name, own in zip(names, forms, strict=True)
            },
            "left_out": left_out,
            "unread": unread,
            "documents_read": min(settings.read, len(corpus)),
        }
        return assemble(
            corpus,
            Columns(
                names=tuple(names),
                kinds=(FeatureKind.PRESENCE,) * len(names),
                values=group_presence(found, forms).toarray(),
                categories=(ABSENT_PRESENT,) * len(names),
                carriers=unit_carriers(found, forms),
            ),
            about,
            outcome=settings.outcome,
            missing=settings.missing,
            collinear=settings.collinear,
            metadata=settings.metadata,
        )


def word_vectors(
    texts: Sequence[str],
    found: Occurrences,
    words: Sequence[Sequence[int]],
    model: Any,
    documents: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of the model's last hidden states over each word's occurrences.

    Parameters
    ----------
    texts
        n documents.
    found
        The forms in them.
    words
        Per word its forms, as indices into ``found.vocabulary``.
    model
        A `LanguageModel`.
    documents
        int64 [d], ascending: the documents to read.

    Returns
    -------
    vectors, seen
        float64 [k, width], a row a word; and whether the model read it anywhere, bool [k].
    """
    from causattn.models import carrier_tokens, encode_texts, last_states

    row = np.full(len(texts), -1)
    row[documents] = np.arange(len(documents))
    every = unit_carriers(found, words)
    own = row[every.document] >= 0
    mentions = Mentions(
        row[every.document[own]], every.variable[own], every.start[own], every.end[own]
    )
    encoding = encode_texts(model, [texts[document] for document in documents.tolist()])
    carriers = carrier_tokens(encoding, mentions)
    counts = np.bincount(carriers.feature, minlength=len(words))
    sums: np.ndarray | None = None
    for batch, states in last_states(model, encoding):
        if sums is None:
            sums = np.zeros((len(words), states.shape[-1]))
        place, word, position = carriers.of(batch.documents)
        np.add.at(sums, word, states.numpy()[place, position])
    assert sums is not None
    return sums / np.maximum(counts, 1)[:, None], counts > 0


def word_clusters(vectors: np.ndarray, count: int) -> list[list[int]]:
    """Return the words of each cluster, the nearest to its centre first, large clusters first.

    Parameters
    ----------
    vectors
        float64 [k, width], a row a word; they are centred and made one long here.
    count
        How many clusters, at most k.
    """
    from sklearn.cluster import AgglomerativeClustering

    points = _unit(vectors - vectors.mean(axis=0))
    labels = AgglomerativeClustering(count, linkage="ward").fit_predict(points)
    clusters = []
    for label in range(count):
        own = np.flatnonzero(labels == label)
        nearness = points[own] @ points[own].mean(axis=0)
        clusters.append(own[np.argsort(-np.round(nearness, 9), kind="stable")].tolist())
    return sorted(clusters, key=lambda own: (-len(own), own))


def _documents_read(settings: ClusterSettings, count: int, seed: int) -> np.ndarray:
    """Return which documents the model reads, int64, ascending."""
    if count <= settings.read:
        return np.arange(count)
    draw = generator(seed, "features", "clusters")
    return np.sort(draw.choice(count, settings.read, replace=False))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


FEATURES = Clusters()
