"""The classifier of ratings that is explained, and what is drawn to explain it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import ConfigError, generator
from causattn.corpora import CEBAB_ASPECTS, Corpus, human_pairs, read_cebab_reviews
from causattn.features import FeatureTable
from causattn.models import LanguageModel, encode_texts, predict_labels
from causattn.stages import Stages

BATCH = 64
_LABELS = ("Negative", "Positive", "unknown")


@dataclass(frozen=True)
class CebabStudy:
    """Reviews, a classifier trained on them, and their aspects as features.

    Parameters
    ----------
    archive
        The published reviews.
    corpus, model, table
        As the stages of a study make them.
    """

    archive: Path
    corpus: Corpus
    model: LanguageModel
    table: FeatureTable

    @classmethod
    def made(
        cls,
        archive: Path,
        cache: Path,
        seed: int,
        *,
        corpus: Mapping[str, Any],
        model: Mapping[str, Any],
        features: Mapping[str, Any],
    ) -> CebabStudy:
        """Return the stages through the store, so that a classifier is trained once.

        Parameters
        ----------
        archive
            The published reviews.
        cache
            Folder of the store.
        seed
            The run's seed.
        corpus, model, features
            The groups of these names of a study's configuration.
        """
        config = {
            "corpus": dict(corpus),
            "model": dict(model),
            "features": dict(features),
            "paths": {"cache": str(cache)},
        }
        stages = Stages(config, seed)
        documents = stages.make_corpus()
        trained = stages.make_model(documents)
        table = stages.make_features(documents, trained)
        return cls(archive, documents.value, trained.value, table.value)


@dataclass(frozen=True)
class Sample:
    """Pairs to explain, and reviews that methods learn from.

    Parameters
    ----------
    pairs
        As `human_pairs` gives them, a row a pair.
    held
        [pairs, aspects], the labels of the review that is edited.
    source, target
        float64 [pairs, classes], what the classifier says of it and of its edit.
    texts, labels, outputs, classes
        Of the m reviews to learn from: text, [m, aspects] labels, float64 [m, classes] what the
        classifier says, int64 [m] the rating's code.
    given
        int64, those of them that give tokens.
    """

    pairs: pd.DataFrame
    held: np.ndarray
    source: np.ndarray
    target: np.ndarray
    texts: list[str]
    labels: np.ndarray
    outputs: np.ndarray
    classes: np.ndarray
    given: np.ndarray

    @classmethod
    def drawn(
        cls, study: CebabStudy, seed: int, *, pairs: int, learned: int, reference: int
    ) -> Sample:
        """Draw pairs of the test split and reviews of the training split.

        Raises
        ------
        ConfigError
            Where the data have fewer pairs or reviews.
        """
        model, train = study.model, study.corpus
        rng = generator(seed, "calibration", "pairs")
        chosen = _draw_pairs(study.archive, pairs, rng)
        source, target = outputs_of_pairs(model, chosen)
        assert train.metadata is not None
        assert train.outcome is not None
        if not reference <= learned <= len(train):
            raise ConfigError(
                f"reference={reference} must be at most learned={learned}, and that at "
                f"most the {len(train)} reviews of the training split."
            )
        kept = np.sort(rng.choice(len(train), learned, replace=False))
        texts = [train.texts[int(k)] for k in kept]
        reviews = read_cebab_reviews(study.archive, "test").set_index("id")
        return cls(
            chosen,
            _labels(reviews.loc[chosen["id_from"]]),
            source,
            target,
            texts,
            _labels(train.metadata.iloc[kept]),
            predict_labels(model, encode_texts(model, texts), BATCH),
            train.outcome[kept].astype(np.int64),
            np.sort(rng.choice(learned, reference, replace=False)),
        )


def known_pairs(archive: Path, split: str) -> pd.DataFrame:
    """Return a split's pairs whose label differs and is known on both sides."""
    pairs = human_pairs(archive, split).dropna(subset=["label_from", "label_to"])
    pairs = pairs[pairs["label_from"] != pairs["label_to"]]
    return pairs[pairs["label_from"].isin(_LABELS) & pairs["label_to"].isin(_LABELS)]


def outputs_of_pairs(model: LanguageModel, pairs: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return what the classifier says of both sides, float64 [pairs, classes]."""
    texts = list(dict.fromkeys([*pairs["text_from"], *pairs["text_to"]]))
    place = {text: k for k, text in enumerate(texts)}
    outputs = predict_labels(model, encode_texts(model, texts), BATCH)
    source, target = (
        outputs[[place[text] for text in pairs[side]]] for side in ("text_from", "text_to")
    )
    return source, target


def _draw_pairs(archive: Path, count: int, rng: np.random.Generator) -> pd.DataFrame:
    known = known_pairs(archive, "test")
    if count > len(known):
        raise ConfigError(f"pairs={count} are more than the {len(known)} pairs of the test split.")
    return known.sample(count, random_state=rng).reset_index(drop=True)


def _labels(reviews: pd.DataFrame) -> np.ndarray:
    """Return every aspect's label of each review, [n, aspects]; no majority is unknown."""
    columns = [reviews[f"{aspect}_aspect_majority"] for aspect in CEBAB_ASPECTS]
    found = np.column_stack([column.fillna("unknown").to_numpy(str) for column in columns])
    found[~np.isin(found, _LABELS)] = "unknown"
    return found
