"""ICaCE errors of explainers of a trained classifier, method by method, on people's edits.

Abraham et al. (2022), sections 3 and 4: how far the change of the classifier's output that a method
names is from the change under a person's edit of one aspect. The paper's simple methods (random,
conditional expectation, S-learner, approximate counterfactual) beside effects guided by attention,
and two controls: no effect at all, and tokens of the same surroundings drawn at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import ConfigError, generator
from causattn.corpora import Corpus, human_pairs
from causattn.corpora._cebab import ASPECTS, read_reviews
from causattn.effects import (
    GuidedEffects,
    IcaceErrors,
    conditional_effects,
    icace_errors,
    matched_effects,
    random_effects,
    s_learner_effects,
)
from causattn.features import FeatureTable
from causattn.models import LanguageModel, encode_texts, predict_labels
from causattn.stages import Stages

NOTHING, RANDOM = "no effect at all", "random"
CONDITIONAL, LEARNER = "conditional expectation (CONEXP)", "S-learner"
MATCHED = "approximate counterfactual"
MASKED, REPLACED = "attention-guided tokens masked", "attention-guided tokens replaced"
CONTROL = "random tokens replaced (control)"
METHODS = (NOTHING, RANDOM, CONDITIONAL, LEARNER, MATCHED, MASKED, REPLACED, CONTROL)
_LABELS = ("Negative", "Positive", "unknown")
_RATINGS = np.arange(1.0, 6.0)
_BATCH = 64


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
class IcaceResult:
    """Errors of every method on the same pairs.

    Parameters
    ----------
    errors
        By method; every array float64 [pairs].
    aspects
        [pairs], which aspect a pair's edit changed.
    change
        float64 [pairs], the change of the mean rating under the edit.
    """

    errors: dict[str, IcaceErrors]
    aspects: np.ndarray
    change: np.ndarray

    def table(self) -> pd.DataFrame:
        """Return mean and standard error of the three distances, a row a method."""
        rows = []
        for method, found in self.errors.items():
            row: dict[str, Any] = {"method": method}
            for name, values in zip(("L2", "cosine", "norm difference"), found, strict=True):
                row[name] = float(values.mean())
                row[f"{name}, standard error"] = float(values.std(ddof=1) / np.sqrt(len(values)))
            rows.append(row)
        return pd.DataFrame(rows)


def icace_by_method(
    study: CebabStudy,
    seed: int,
    *,
    pairs: int = 200,
    learned: int = 600,
    reference: int = 120,
    tokens: int = 4,
    donors: int = 2,
) -> IcaceResult:
    """Return every method's ICaCE errors over pairs of the test split.

    Parameters
    ----------
    study
        The classifier and what it was trained on.
    seed
        Draws pairs and reviews.
    pairs
        How many pairs of a review and its edit are drawn.
    learned
        Reviews of the training split from which methods learn.
    reference
        Of these, the ones that give tokens to put into others.
    tokens, donors
        Tokens exchanged in a review, and reviews whose tokens are tried.

    Raises
    ------
    ConfigError
        Where the data have fewer pairs or reviews.
    """
    model, train = study.model, study.corpus
    drawn = generator(seed, "calibration", "pairs")
    chosen = _draw_pairs(study.archive, pairs, drawn)
    source, target = _outputs_of_pairs(model, chosen)
    true = target - source
    assert train.metadata is not None
    if not reference <= learned <= len(train):
        raise ConfigError(
            f"paper.reference={reference} must be at most paper.learned={learned}, and that at "
            f"most the {len(train)} reviews of the training split."
        )
    kept = np.sort(drawn.choice(len(train), learned, replace=False))
    texts = [train.texts[int(k)] for k in kept]
    outputs = predict_labels(model, encode_texts(model, texts), _BATCH)
    labels = _labels(train.metadata.iloc[kept])
    given = np.sort(drawn.choice(learned, reference, replace=False))
    given_texts = [texts[int(k)] for k in given]
    reviews = read_reviews(study.archive, "test").set_index("id")
    held = _labels(reviews.loc[chosen["id_from"]])
    estimated = {method: np.zeros_like(true) for method in METHODS}
    rng = generator(seed, "calibration", "icace")
    estimated[RANDOM] = random_effects(outputs, len(true), rng)
    for concept, aspect in enumerate(ASPECTS):
        rows = np.flatnonzero(chosen["aspect"] == aspect)
        if not len(rows):
            continue
        start, end = (chosen.loc[rows, f"label_{side}"].to_numpy(str) for side in ("from", "to"))
        own = labels[:, concept]
        estimated[CONDITIONAL][rows] = conditional_effects(outputs, own, start, end)
        estimated[LEARNER][rows] = s_learner_effects(
            outputs, labels, held[rows], concept, start, end
        )
        estimated[MATCHED][rows] = matched_effects(
            outputs, labels, source[rows], held[rows], concept, end, rng
        )
        words = study.table.about["lexicon"][aspect]
        asked = chosen.loc[rows, "text_from"].tolist()
        for method, guide in ((REPLACED, "attention"), (CONTROL, "random")):
            guided = GuidedEffects(
                model,
                given_texts,
                own[given],
                words,
                tokens=tokens,
                guide=guide,  # type: ignore[arg-type]
                batch_size=_BATCH,
            )
            estimated[method][rows] = guided.replaced(asked, end, rng, donors)
            if guide == "attention":
                estimated[MASKED][rows] = guided.masked(asked, rng)
    return IcaceResult(
        {method: icace_errors(true, effects) for method, effects in estimated.items()},
        chosen["aspect"].to_numpy(str),
        true @ _RATINGS,
    )


def _draw_pairs(archive: Path, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw pairs whose label differs and is known on both sides."""
    pairs = human_pairs(archive, "test").dropna(subset=["label_from", "label_to"])
    pairs = pairs[pairs["label_from"] != pairs["label_to"]]
    known = pairs[pairs["label_from"].isin(_LABELS) & pairs["label_to"].isin(_LABELS)]
    if count > len(known):
        raise ConfigError(
            f"paper.pairs={count} are more than the {len(known)} pairs of the test split."
        )
    return known.sample(count, random_state=rng).reset_index(drop=True)


def _outputs_of_pairs(model: LanguageModel, pairs: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the classifier's output for both sides, float64 [pairs, classes]."""
    texts = list(dict.fromkeys([*pairs["text_from"], *pairs["text_to"]]))
    place = {text: k for k, text in enumerate(texts)}
    outputs = predict_labels(model, encode_texts(model, texts), _BATCH)
    source, target = (
        outputs[[place[text] for text in pairs[side]]] for side in ("text_from", "text_to")
    )
    return source, target


def _labels(reviews: pd.DataFrame) -> np.ndarray:
    """Return every aspect's label of each review, [n, aspects]; no majority is unknown."""
    columns = [reviews[f"{aspect}_aspect_majority"] for aspect in ASPECTS]
    found = np.column_stack([column.fillna("unknown").to_numpy(str) for column in columns])
    found[~np.isin(found, _LABELS)] = "unknown"
    return found
