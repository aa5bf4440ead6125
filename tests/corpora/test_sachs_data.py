"""The measured cells of Sachs et al., where the published files are at hand."""

import pytest

from causattn.base import DataError
from causattn.corpora import check_corpus, load_corpus

KIND = {"kind": "sachs_data"}


def test_the_published_files_are_read(data_folder):
    corpus = load_corpus({**KIND, "folder": str(data_folder / "sachs")}, 0)
    assert corpus.values.shape == (902, 11)
    assert all(names is None for names in corpus.categories)
    assert corpus.truth.edge_count == 17
    assert corpus.truth.names == corpus.variables
    edges = {tuple(edge)[:2] for edge in corpus.truth.edges()}
    assert {("PKC", "PKA"), ("Raf", "Mek"), ("Mek", "Erk")} <= edges
    fewer = load_corpus({**KIND, "folder": str(data_folder / "sachs"), "documents": 50}, 0)
    assert len(fewer) == 50


def test_what_is_missing_or_another_is_said_before_work(tmp_path):
    with pytest.raises(DataError, match=r"no .*cd3cd28icam2_log_std.csv; put .*benchpress.* there"):
        check_corpus({**KIND, "folder": str(tmp_path)})
    (tmp_path / "cd3cd28icam2_log_std.csv").write_text("Akt,Erk\n1.5,2.5\n2.5,0.5\n")
    with pytest.raises(DataError, match=r"has checksum .* not ba6b79285f22"):
        check_corpus({**KIND, "folder": str(tmp_path)})
