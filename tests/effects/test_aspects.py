"""CEBaB's aspects: the published figures, from the real reviews."""

from pathlib import Path

import numpy as np
import pytest

from causattn.base import CapabilityError
from causattn.corpora import Corpus, backdoor_design, load_corpus
from causattn.effects import aspect_effects

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
