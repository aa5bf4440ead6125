"""CEBaB against the published figures, and its reading against a small archive by hand."""

import json
import zipfile

import numpy as np
import pytest

from causattn.base import CapabilityError, ConfigError, DataError, file_sha256
from causattn.corpora import (
    Corpus,
    backdoor_design,
    human_effects,
    human_pairs,
    load_corpus,
    observational_effects,
)

ASPECTS = ["food", "service", "ambiance", "noise"]


@pytest.fixture(scope="session")
def archive(data_folder):
    path = data_folder / "cebab" / "CEBaB-v1.1.zip"
    if not path.is_file():
        pytest.skip("the CEBaB archive is not among the data sets here")
    return path


@pytest.fixture(scope="module")
def corpus(archive):
    return load_corpus({"kind": "cebab", "path": str(archive)}, 0)


def test_documents_and_labels(corpus):
    assert len(corpus) == 1755
    assert corpus.variables == tuple(ASPECTS)
    assert corpus.categories[0] == ("Negative", "unknown", "Positive")
    counts = [np.bincount(column.astype(int), minlength=3).tolist() for column in corpus.values.T]
    assert counts == [[749, 370, 636], [502, 853, 400], [225, 1274, 256], [161, 1556, 38]]
    assert corpus.outcome_classes == ("1", "2", "3", "4", "5")
    assert corpus.metadata["split"].unique().tolist() == ["train_observational"]


def test_ratings(archive, corpus):
    assert not np.isnan(corpus.outcome).any()
    majority = load_corpus({"kind": "cebab", "path": str(archive), "rating": "majority"}, 0)
    known = ~np.isnan(majority.outcome)
    assert known.sum() == 1495
    assert np.array_equal(majority.outcome[known], corpus.outcome[known])
    mean = load_corpus({"kind": "cebab", "path": str(archive), "rating": "mean"}, 0)
    assert mean.outcome_classes is None
    assert np.array_equal(np.rint(mean.outcome[~known]) - 1, corpus.outcome[~known])


def test_published_observational_effects(corpus):
    table = observational_effects(corpus)
    assert table.index.tolist() == ASPECTS
    assert table["naive"].round(3).tolist() == [2.298, 2.433, 1.856, 1.984]
    assert table["adjusted"].round(3).tolist() == [1.917, 1.719, 1.155, 1.632]
    assert table.loc["noise", "reviews"] == 159


@pytest.mark.parametrize(
    ("split", "ways", "effects", "pairs"),
    [
        ("dev", 5, [2.0, 1.391, 1.1, 0.787], None),
        ("test", 5, [2.063, 1.335, 1.211, 0.826], None),
        ("dev", 2, [0.804, 0.298, 0.186, 0.043], [112, 84, 70, 69]),
    ],
)
def test_published_human_effects(archive, split, ways, effects, pairs):
    table = human_effects(archive, split, ways=ways)
    assert table["effect"].round(3).tolist() == effects
    assert pairs is None or table["pairs"].tolist() == pairs


def test_two_way_to_four_decimals(archive):
    table = human_effects(archive, "dev", ways=2)
    assert table["effect"].round(4).tolist() == [0.8036, 0.2976, 0.1857, 0.0435]


def test_least_squares_of_the_design_is_the_adjusted_effect(corpus):
    from sklearn.linear_model import LinearRegression

    design = backdoor_design(corpus, "food")
    fitted = LinearRegression().fit(design.drop(columns="rating"), design["rating"])
    assert fitted.coef_[0] == pytest.approx(observational_effects(corpus).loc["food", "adjusted"])


# --- a small archive, written here, so that this much is tested where the data is not at hand


def _review(original, edit, kind, rating, text, **labels):
    return {
        "id": f"{original}_{edit}",
        "original_id": original,
        "edit_id": edit,
        "is_original": edit == "0",
        "edit_goal": None,
        "edit_type": kind,
        "description": text,
        "review_majority": rating,
        "review_label_distribution": {"2": 3, "4": 2} if rating == "no majority" else {rating: 5},
        **{f"{aspect}_aspect_majority": labels.get(aspect, "") for aspect in ASPECTS},
    }


@pytest.fixture
def small(tmp_path):
    rows = [
        _review("a", "0", "service", "1", "bad food", food="Negative"),
        _review("a", "1", "food", "4", "good food", food="Positive"),
        _review("a", "2", "food", "5", "great food", food="Positive"),
        _review("a", "3", "service", "2", "bad food, good staff", food="Negative"),
        _review("b", "0", "food", "no majority", "fine food", food="Positive"),
        _review("b", "1", "food", "2", "poor food", food="Negative"),
    ]
    path = tmp_path / "small.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("CEBaB-v1.1/dev.json", json.dumps(rows))
    return path


def test_pairs_by_hand(small):
    pairs = human_pairs(small, "dev", sha256=file_sha256(small))
    food = pairs[pairs["aspect"] == "food"]
    told = set(zip(food["id_from"], food["id_to"], strict=True))
    one_way = {("a_0", "a_1"), ("a_0", "a_2"), ("a_1", "a_2"), ("b_0", "b_1")}
    assert told == one_way | {(two, one) for one, two in one_way}
    service = pairs[pairs["aspect"] == "service"]
    assert set(service["id_from"]) == {"a_0", "a_3"}
    effects = human_effects(small, "dev", sha256=file_sha256(small))
    assert effects.loc["food", "pairs"] == 2  # the pair of b has no rating on one side
    assert effects.loc["food", "effect"] == pytest.approx((3 + 4) / 2)
    assert np.isnan(effects.loc["noise", "effect"])


def test_small_archive_as_corpus(small):
    settings = {"kind": "cebab", "path": str(small), "splits": ["dev"]}
    corpus = load_corpus({**settings, "sha256": file_sha256(small)}, 0)
    assert corpus.values[:, 0].tolist() == [0, 2, 2, 0, 2, 0]
    assert corpus.values[:, 1].tolist() == [1] * 6  # never asked: unknown
    assert corpus.outcome.tolist() == [0, 3, 4, 1, 2, 1]  # mean of b_0: 2.8, rounded to 3 stars
    assert corpus.metadata["food_aspect_majority"].tolist()[:2] == ["Negative", "Positive"]


def test_bad_archives_are_told(small, tmp_path):
    with pytest.raises(DataError, match=r"no CEBaB archive at .*CEBaBing/CEBaB.*CAUSATTN_DATA"):
        load_corpus({"kind": "cebab", "path": str(tmp_path / "nowhere.zip")}, 0)
    with pytest.raises(DataError, match="has checksum"):
        load_corpus({"kind": "cebab", "path": str(small)}, 0)
    own = {"kind": "cebab", "path": str(small), "sha256": file_sha256(small)}
    with pytest.raises(DataError, match=r"no readable CEBaB-v1.1/test.json"):
        load_corpus({**own, "splits": ["test"]}, 0)
    with pytest.raises(ConfigError, match="each once"):
        load_corpus({**own, "splits": ["dev", "dev"]}, 0)
    with pytest.raises(ConfigError, match=r"corpus.splits\[0\]='train' is not possible"):
        load_corpus({**own, "splits": ["train"]}, 0)
    with pytest.raises(CapabilityError, match="is not CEBaB"):
        observational_effects(Corpus(name="plain", texts=["a", "b"]))
    with pytest.raises(CapabilityError, match="ways=3"):
        human_effects(small, "dev", ways=3, sha256=file_sha256(small))
