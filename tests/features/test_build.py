"""A table read back is the table written."""

import numpy as np
import pytest

from causattn.base import ArtefactError
from causattn.corpora import Corpus, load_corpus
from causattn.features import build_features, read_features, write_features


def _tables():
    asia = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 2000}, 0)
    yield build_features({"kind": "slots", "exclude": ["asia"]}, asia)
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(list("味道服务 ab"), size=9)) for _ in range(80)]
    corpus = Corpus(name="zh", texts=texts, outcome=rng.normal(size=80))
    yield build_features(
        {"kind": "words", "collinear": "drop", "top": 6, "max_share": 0.95}, corpus
    )


@pytest.mark.parametrize("which", [0, 1])
def test_read_is_what_was_written(tmp_path, which):
    table = list(_tables())[which]
    write_features(table, tmp_path / "table")
    again = read_features(tmp_path / "table")
    assert again.names == table.names
    assert again.kinds == table.kinds
    assert again.categories == table.categories
    assert again.about == table.about
    np.testing.assert_array_equal(again.values, table.values)
    np.testing.assert_array_equal(again.documents, table.documents)
    for name in ("document", "variable", "start", "end"):
        np.testing.assert_array_equal(getattr(again.carriers, name), getattr(table.carriers, name))


def test_another_artefact_is_refused(tmp_path):
    from causattn.corpora import write_corpus

    write_corpus(Corpus(name="two", texts=["a", "b"]), tmp_path / "corpus")
    with pytest.raises(ArtefactError, match="holds corpus"):
        read_features(tmp_path / "corpus")
