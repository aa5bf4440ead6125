"""Corpora of kind ``cebab``: restaurant reviews with human-written counterfactual edits.

Abraham, D'Oosterlinck, Feder, Gat, Geiger, Potts, Reichart, Wu (2022), "CEBaB: Estimating the
Causal Effects of Real-World Concepts on NLP Model Behavior", NeurIPS. The data is the archive
CEBaB-v1.1.zip of the repository CEBaBing/CEBaB, licence CC BY 4.0; it is not part of this project.

Four aspects (food, service, ambiance, noise) carry the label of the majority of five workers:
Negative, Positive or unknown. An aspect that no worker was asked about has an empty label, one
without a majority ``"no majority"``; both count as unknown here, and the raw labels stay in the
metadata. The rating is the reviewers' majority, 1 to 5; ``"no majority"`` (260 of the 1,755 reviews
of train_observational) is handled as the setting `rating` says.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from causattn.base import ConfigError, DataError, configured, file_sha256
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus

CEBAB_ASPECTS = ("food", "service", "ambiance", "noise")
CEBAB_LABELS = ("Negative", "unknown", "Positive")
"""Ordered, so that the code itself rises from bad to good."""
RATINGS = ("1", "2", "3", "4", "5")
SPLITS = ("train_observational", "train_exclusive", "train_inclusive", "dev", "test")
SHA256 = "afe8ebcb5d18f33297512cd5c7e05f1590b82fb0683367042454c3eda7d5c6ae"
SOURCE = "CEBaBing/CEBaB, CEBaB-v1.1.zip"
_FOLDER = "CEBaB-v1.1"
_KEPT = (
    "id",
    "original_id",
    "edit_id",
    "is_original",
    "edit_goal",
    "edit_type",
    "review_majority",
    *(f"{aspect}_aspect_majority" for aspect in CEBAB_ASPECTS),
)

Split = Literal["train_observational", "train_exclusive", "train_inclusive", "dev", "test"]


@dataclass(frozen=True)
class CebabSettings:
    """Which reviews, and which rating.

    CEBaBing/CEBaB, CC BY 4.0.

    Parameters
    ----------
    path
        The archive.
    splits
        The splits whose reviews are the documents: ``train_observational``, ``train_exclusive``,
        ``train_inclusive``, ``dev`` or ``test``.
    rating
        ``"majority"`` of the reviewers, unknown where there is none (the rating of the published
        figures); ``"majority_or_mean"``: where there is none, the rounded mean of their ratings; or
        ``"mean"``, a number.
    sha256
        What the archive's checksum must be.
    """

    path: str = configured("${paths.data}/cebab/CEBaB-v1.1.zip")
    splits: list[Split] = field(default_factory=lambda: ["train_observational"])
    rating: Literal["majority", "majority_or_mean", "mean"] = "majority_or_mean"
    sha256: str = SHA256


class Cebab(CorpusSource):
    """CEBaB: restaurant reviews, four labelled aspects, rating as outcome."""

    name = "cebab"
    settings = CebabSettings
    paper = "Abraham et al. (2022), CEBaB: Estimating the causal effects of real-world concepts"

    def files(self, settings: CebabSettings) -> list[Path]:
        """Return the archive."""
        return [Path(settings.path).expanduser()]

    def load(self, settings: CebabSettings, seed: int) -> Corpus:
        """Read the reviews as a corpus: aspects as variables, rating as outcome; nothing is drawn.

        Raises
        ------
        ConfigError
            Where no split, or one twice, is asked for.
        DataError
            Where the archive is missing or is another.
        """
        if not settings.splits or len(set(settings.splits)) != len(settings.splits):
            raise ConfigError(
                f"corpus.splits={settings.splits} must name one or more splits, each once; choose "
                f"from {', '.join(SPLITS)}."
            )
        reviews = pd.concat(
            [
                read_cebab_reviews(settings.path, split, settings.sha256)
                for split in settings.splits
            ],
            ignore_index=True,
        )
        outcome, classes = _outcome(reviews, settings.rating)
        return Corpus(
            name="cebab",
            texts=reviews["text"].tolist(),
            variables=CEBAB_ASPECTS,
            values=np.stack([_aspect_codes(reviews, aspect) for aspect in CEBAB_ASPECTS], axis=1),
            categories=(CEBAB_LABELS,) * len(CEBAB_ASPECTS),
            outcome=outcome,
            outcome_name="rating",
            outcome_classes=classes,
            metadata=reviews.drop(columns="text"),
            about={"kind": "cebab", "source": SOURCE, **asdict(settings)},
        )


def read_cebab_reviews(path: str | Path, split: str, sha256: str = SHA256) -> pd.DataFrame:
    """Return one split of the archive, a row a review.

    Columns: text, id, original_id, edit_id, is_original, edit_goal, edit_type, review_majority,
    one ``<aspect>_aspect_majority`` an aspect, review_mean and split. Labels are as published.

    Raises
    ------
    DataError
        Where the archive is missing, is another than the checksum says, or lacks the split.
    """
    archive = Path(path).expanduser()
    if not archive.is_file():
        raise DataError(
            f"There is no CEBaB archive at {archive}; put CEBaB-v1.1.zip of the GitHub repository "
            "CEBaBing/CEBaB there, or set CAUSATTN_DATA or corpus.path."
        )
    found = file_sha256(archive)
    if found != sha256:
        raise DataError(
            f"{archive} has checksum {found[:12]}..., not {sha256[:12]}...; fetch CEBaB-v1.1.zip "
            "again or set corpus.sha256."
        )
    try:
        with zipfile.ZipFile(archive) as opened:
            rows = json.loads(opened.read(f"{_FOLDER}/{split}.json"))
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise DataError(
            f"{archive} holds no readable {_FOLDER}/{split}.json ({error}); choose a split from "
            f"{', '.join(SPLITS)}."
        ) from None
    table = pd.DataFrame({name: [row[name] for row in rows] for name in _KEPT})
    table.insert(0, "text", [row["description"] for row in rows])
    table["review_mean"] = [_mean(row["review_label_distribution"]) for row in rows]
    table["split"] = split
    return table


def _mean(distribution: Any) -> float:
    """Return the mean rating of a review's workers."""
    votes = sum(distribution.values())
    return sum(int(rating) * count for rating, count in distribution.items()) / votes


def _aspect_codes(reviews: pd.DataFrame, aspect: str) -> np.ndarray:
    """Return an aspect's labels as codes into `CEBAB_LABELS`."""
    codes = {label: code for code, label in enumerate(CEBAB_LABELS)}
    labels = reviews[f"{aspect}_aspect_majority"]
    return labels.map(lambda label: codes.get(label, codes["unknown"])).to_numpy(dtype=float)


def _outcome(reviews: pd.DataFrame, rating: str) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Return the rating: codes into `RATINGS`, or the mean itself."""
    mean = reviews["review_mean"].to_numpy(dtype=float)
    if rating == "mean":
        return mean, None
    majority = majority_rating(reviews)
    if rating == "majority_or_mean":
        majority = np.where(np.isnan(majority), np.rint(mean), majority)
    return majority - 1, RATINGS


def majority_rating(reviews: pd.DataFrame) -> np.ndarray:
    """Return the majority rating of each review, 1 to 5, NaN where there is none."""
    return pd.to_numeric(reviews["review_majority"], errors="coerce").to_numpy(dtype=float)


CORPUS = Cebab()
