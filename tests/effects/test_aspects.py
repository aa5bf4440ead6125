"""CEBaB's aspects: the published figures, from the real reviews."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from causattn.base import CapabilityError
from causattn.corpora import Corpus, backdoor_design, load_corpus, read_cebab_reviews
from causattn.effects import aspect_effects, known_claims

# Recomputed from the published data: naive, adjusted, human counterfactuals dev and test.
FIGURES = {
    "food": (2.298, 1.917, 2.000, 2.063),
    "service": (2.433, 1.719, 1.391, 1.335),
    "ambiance": (1.856, 1.155, 1.100, 1.211),
    "noise": (1.984, 1.632, 0.787, 0.826),
}


@pytest.fixture(scope="module")
def archive(data_folder: Path) -> Path:
    return data_folder / "cebab" / "CEBaB-v1.1.zip"


def test_effects_are_the_published_ones(archive: Path) -> None:
    corpus = load_corpus({"kind": "cebab", "path": str(archive)}, 0)
    table = aspect_effects(corpus, archive)
    for aspect, figures in FIGURES.items():
        found = table.loc[aspect, ["naive", "adjusted", "human_dev", "human_test"]]
        np.testing.assert_array_equal(found.to_numpy(dtype=float).round(3), figures)
    assert table["reviews"].tolist() == [1198, 780, 406, 159]
    # The adjusted effect comes nearer to what people's edits say, for every aspect.
    human = table[["human_dev", "human_test"]].mean(axis=1)
    assert ((table["adjusted"] - human).abs() < (table["naive"] - human).abs()).all()


def test_dowhys_value_is_least_squares(archive: Path) -> None:
    corpus = load_corpus({"kind": "cebab", "path": str(archive)}, 0)
    table = aspect_effects(corpus)
    assert "human_dev" not in table
    for aspect, row in table.iterrows():
        design = backdoor_design(corpus, str(aspect))
        columns = design.drop(columns="rating").to_numpy(dtype=float)
        plain = np.linalg.lstsq(
            np.column_stack([columns, np.ones(len(columns))]), design["rating"], rcond=None
        )[0]
        assert row["adjusted"] == pytest.approx(plain[0], abs=1e-6)
        assert row["adjusted_low"] < row["adjusted"] < row["adjusted_high"]


def test_another_corpus_is_refused() -> None:
    with pytest.raises(CapabilityError, match="CEBaB"):
        aspect_effects(Corpus("other", ["a", "b"]))


def test_edits_are_evidence_that_no_search_has_seen(archive: Path) -> None:
    corpus = load_corpus({"kind": "cebab", "path": str(archive)}, 0)
    claims = known_claims(corpus)
    assert {(one.source, one.target) for one in claims if one.says == "for"} == {
        (aspect, "rating") for aspect in FIGURES
    }
    assert all(one.kind == "intervention" for one in claims)
    against = {(one.target, one.source) for one in claims if one.says == "against"}
    assert against == {(aspect, "rating") for aspect in FIGURES}
    # By hand, in another way: food, one mean an original review.
    reviews = corpora_of(archive)
    changes = []
    for _, own in reviews.groupby("original_id"):
        bad = own.loc[own["food"].eq("Negative"), "rating"]
        good = own.loc[own["food"].eq("Positive"), "rating"]
        if len(bad) and len(good):
            changes.append(good.mean() - bad.mean())
    says = next(one.words for one in claims if one.source == "food")
    assert f"by {np.mean(changes):.2f} [" in says
    assert f"over {len(changes)} reviews" in says


def corpora_of(archive: Path) -> pd.DataFrame:
    """Return rated reviews of dev and test that are originals or edits of food."""
    parts = [read_cebab_reviews(archive, split) for split in ("dev", "test")]
    reviews = pd.concat(parts, ignore_index=True)
    reviews = reviews[reviews["is_original"] | reviews["edit_type"].eq("food")]
    reviews = reviews.assign(
        rating=pd.to_numeric(reviews["review_majority"], errors="coerce"),
        food=reviews["food_aspect_majority"],
    )
    return reviews.dropna(subset="rating")


def test_other_corpora_know_no_claims() -> None:
    assert known_claims(Corpus("other", ["a", "b"])) == []
