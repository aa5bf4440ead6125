"""What CEBaB knows of effects: human counterfactuals, and the observational estimates beside them.

The human effect of an aspect is the mean change of rating over pairs of reviews that a person
edited in that aspect alone: ICaCE's ground truth averaged to a CaCE (Abraham et al. 2022, section
3, equations 2 and 3). A pair is any two of an original review and its edits of the same aspect,
taken from the one label to the other, so that two edits of one original pair up as well.

The observational estimates ignore the edits, as a person without them must.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from causattn.base import CapabilityError
from causattn.corpora.cebab import CEBAB_ASPECTS, SHA256, majority_rating, read_cebab_reviews
from causattn.corpora.corpus import Corpus

_TWO_WAY = {1.0: 0.0, 2.0: 0.0, 4.0: 1.0, 5.0: 1.0}


def human_pairs(path: str | Path, split: str, *, sha256: str = SHA256) -> pd.DataFrame:
    """Return every ordered pair of reviews that differ by a person's edit of one aspect.

    Parameters
    ----------
    path
        The archive.
    split
        ``"dev"``, ``"test"`` or ``"train_inclusive"`` (the others hold no edited pairs).
    sha256
        What the archive's checksum must be.

    Returns
    -------
    One row a pair: aspect, original_id, id_from, id_to, text_from, text_to, label_from, label_to
    (as published), rating_from, rating_to (majority, NaN where there is none). Both orders of a
    pair are rows.
    """
    reviews = read_cebab_reviews(path, split, sha256)
    reviews["rating"] = majority_rating(reviews)
    parts = []
    for aspect in CEBAB_ASPECTS:
        label = f"{aspect}_aspect_majority"
        own = reviews[reviews["is_original"] | (reviews["edit_type"] == aspect)]
        own = own[["original_id", "id", "text", label, "rating"]]
        own = own.rename(columns={label: "label"})
        pairs = own.merge(own, on="original_id", suffixes=("_from", "_to"))
        pairs = pairs[pairs["id_from"] != pairs["id_to"]]
        pairs.insert(0, "aspect", aspect)
        parts.append(pairs)
    return pd.concat(parts, ignore_index=True)


def human_effects(
    path: str | Path,
    split: str,
    *,
    ways: int = 5,
    source: str = "Negative",
    target: str = "Positive",
    sha256: str = SHA256,
) -> pd.DataFrame:
    """Return the effect of each aspect on the rating, from human counterfactuals.

    Parameters
    ----------
    path, split, sha256
        As for `human_pairs`.
    ways
        5 for the rating itself, 2 for positive (4, 5) against negative (1, 2), threes left out.
    source, target
        The change of label.

    Returns
    -------
    Indexed by aspect: effect (mean change of rating), standard_error (over pairs), pairs.
    """
    pairs = human_pairs(path, split, sha256=sha256)
    if ways not in (2, 5):
        raise CapabilityError(f"ways={ways} is not among CEBaB's ratings here; ask for 5 or 2.")
    if ways == 2:
        for column in ("rating_from", "rating_to"):
            pairs[column] = pairs[column].map(_TWO_WAY)
    pairs = pairs[(pairs["label_from"] == source) & (pairs["label_to"] == target)]
    pairs = pairs.dropna(subset=["rating_from", "rating_to"])
    change = (pairs["rating_to"] - pairs["rating_from"]).groupby(pairs["aspect"])
    table = pd.DataFrame(
        {"effect": change.mean(), "standard_error": change.sem(), "pairs": change.size()}
    )
    return table.reindex(CEBAB_ASPECTS)


def backdoor_design(corpus: Corpus, aspect: str) -> pd.DataFrame:
    """Return the rows and columns of the observational estimate of one aspect.

    The rows are the reviews with a majority rating whose `aspect` is Negative or Positive. The
    other three aspects enter as indicators of their labels Positive, unknown and unlabelled (no
    label or no majority), Negative being the rest.

    Returns
    -------
    Columns rating, treatment (1 Positive, 0 Negative) and the covariates, a row a review.
    """
    reviews = _reviews_of(corpus)
    labels = reviews[[f"{name}_aspect_majority" for name in CEBAB_ASPECTS]].set_axis(
        list(CEBAB_ASPECTS), axis=1
    )
    rating = majority_rating(reviews)
    rows = ~np.isnan(rating) & labels[aspect].isin(["Negative", "Positive"]).to_numpy()
    design = {
        "rating": rating[rows],
        "treatment": (labels[aspect] == "Positive").to_numpy(dtype=float)[rows],
    }
    for other in CEBAB_ASPECTS:
        if other == aspect:
            continue
        label = labels[other].replace({"": "unlabelled", "no majority": "unlabelled"})
        for value in ("Positive", "unknown", "unlabelled"):
            column = (label == value).to_numpy(dtype=float)[rows]
            if column.any():
                design[f"{other} {value}"] = column
    return pd.DataFrame(design)


def observational_effects(corpus: Corpus, aspects: Sequence[str] = CEBAB_ASPECTS) -> pd.DataFrame:
    """Return each aspect's effect on the rating from labels alone, Negative to Positive.

    Returns
    -------
    Indexed by aspect: naive (difference of means), adjusted (least squares given the other three
    aspects, see `backdoor_design`), reviews.
    """
    rows = {}
    for aspect in aspects:
        design = backdoor_design(corpus, aspect)
        rating, treated = design["rating"], design["treatment"] == 1
        regressors = design.drop(columns="rating").to_numpy()
        regressors = np.column_stack([regressors, np.ones(len(design))])
        coefficients = np.linalg.lstsq(regressors, rating.to_numpy(), rcond=None)[0]
        rows[aspect] = {
            "naive": rating[treated].mean() - rating[~treated].mean(),
            "adjusted": coefficients[0],
            "reviews": len(design),
        }
    return pd.DataFrame.from_dict(rows, orient="index").astype({"reviews": int})


def _reviews_of(corpus: Corpus) -> pd.DataFrame:
    """Return the corpus's reviews with their published labels."""
    if corpus.metadata is None or "review_majority" not in corpus.metadata:
        raise CapabilityError(
            f"Corpus {corpus.name} is not CEBaB, whose effects this computes; set corpus=cebab."
        )
    return corpus.metadata
