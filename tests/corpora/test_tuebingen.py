"""Cause-effect pairs in the published layout: of our own numbers, and those published."""

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import check_corpus, load_corpus

META = "0001 1 1 2 2 0.166\n0047 2 2 1 1 1\n0052 3 4 1 2 0\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pairmeta.txt").write_text(META)
    for number in (1, 47):
        (tmp_path / f"pair{number:04d}.txt").write_text("205\t 8.3\n46  7.5e0\n 794 4.2\n")
    (tmp_path / "pair0052.txt").write_text("1 2 3 4\n2 3 4 5\n")
    return tmp_path


def load(folder, **settings):
    return load_corpus({"kind": "tuebingen", "folder": str(folder), **settings}, 0)


@pytest.mark.parametrize(("pair", "edge", "weight"), [(1, "xy", 0.166), (47, "yx", 1)])
def test_a_pair_has_its_values_cause_and_weight(folder, pair, edge, weight):
    corpus = load(folder, pair=pair)
    assert np.array_equal(corpus.values, [[205, 8.3], [46, 7.5], [794, 4.2]])
    assert [tuple(each)[:2] for each in corpus.truth.edges()] == [tuple(edge)]
    assert corpus.about["weight"] == weight
    assert len(load(folder, pair=pair, documents=2)) == 2


def test_what_is_no_pair_is_a_sentence(folder):
    with pytest.raises(DataError, match="Pair 52 has more than one column a side"):
        load(folder, pair=52)
    with pytest.raises(DataError, match=r"no .*pair0002.txt; put the files of webdav"):
        check_corpus({"kind": "tuebingen", "folder": str(folder), "pair": 2})
    with pytest.raises(ConfigError, match=r"corpus.pair=0 should be at least 1"):
        load(folder, pair=0)
    (folder / "pair0002.txt").write_text("a b\n")
    with pytest.raises(DataError, match="no line of six numbers for pair 2"):
        load(folder, pair=2)


def test_the_published_pairs(data_folder):
    folder = data_folder / "tuebingen"
    if not folder.is_dir():
        pytest.skip(f"the pairs of webdav.tuebingen.mpg.de/cause-effect are not in {folder}")
    corpus = load(folder, pair=1)
    assert corpus.values.shape == (349, 2)
    assert [tuple(each)[:2] for each in corpus.truth.edges()] == [("x", "y")]
