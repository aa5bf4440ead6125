"""Rows come back as they were, and a table reader sees a column for each figure."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import ArtefactError
from causattn.results import read_rows, write_rows

LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4)
TREES = st.recursive(
    LEAVES | st.lists(LEAVES, max_size=3),
    lambda below: st.dictionaries(st.text("ab/~é. ,", max_size=4), below, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(st.text("ab/~", min_size=1, max_size=3), TREES), max_size=4)


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_rows_come_back_as_they_were(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    write_rows(path, rows)
    found = read_rows(path)
    same = {"sort_keys": True}
    assert json.dumps(found, **same) == json.dumps(rows, **same)


def test_a_figure_is_a_column(tmp_path):
    rows = [
        {"job": {"seed": 0}, "figures": {"0.05": {"f1": 1}}, "null": [[1, 2.5], []]},
        {"job": {"seed": 1}, "figures": {"0.05": {"f1": 0.5}}, "why": {}, "x": None},
    ]
    path = write_rows(tmp_path / "below" / "rows.parquet", rows)
    frame = pd.read_parquet(path)
    assert frame["job/seed"].tolist() == [0, 1]
    assert frame["figures/0.05/f1"].tolist() == [1.0, 0.5]
    assert frame["undefined"][1].tolist() == ["why~", "x"]
    assert read_rows(path) == rows
    assert [each.name for each in path.parent.iterdir()] == ["rows.parquet"]


def test_only_the_keys_that_are_wanted_are_read(tmp_path):
    rows = [
        {"job": "a", "commit": None, "note": None, "f": {"x": 1.0}},
        {"job": "b", "commit": "c"},
    ]
    path = write_rows(tmp_path / "rows.parquet", rows)
    wanted = [{"job": "a", "commit": None}, {"job": "b", "commit": "c"}]
    assert read_rows(path, "job", "commit", "absent") == wanted


def test_an_empty_list_beside_what_is_none(tmp_path):
    rows = [{"a": False, "b": [1]}, {"a": [], "b": [[]]}]
    assert read_rows(write_rows(tmp_path / "rows.parquet", rows)) == rows


def test_what_cannot_be_written_or_read_is_a_sentence(tmp_path):
    with pytest.raises(ArtefactError, match="give it another name"):
        write_rows(tmp_path / "rows.parquet", [{"undefined": 1}])
    (tmp_path / "text.parquet").write_text("no")
    for name in ("text.parquet", "none.parquet"):
        with pytest.raises(ArtefactError, match=r"no r(ows that can be read|eadable Parquet file)"):
            read_rows(tmp_path / name)
