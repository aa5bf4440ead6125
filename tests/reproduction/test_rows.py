"""Rows go through Parquet and come back."""

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causattn.reproduction.record import read_rows, write_rows

_scalars = st.one_of(
    st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False), st.text(max_size=5)
)
_values = st.recursive(_scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
_rows = st.lists(
    st.dictionaries(st.sampled_from(["a", "b", "c d"]), _values, min_size=1), min_size=1, max_size=5
)


@given(rows=_rows)
def test_rows_come_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    write_rows(rows, path)
    assert read_rows(path) == rows


def test_plain_columns_are_plain_and_nested_ones_text(tmp_path):
    path = tmp_path / "rows.parquet"
    write_rows([{"a": 1, "b": {"x": 1}, "c": None}, {"a": 2.5}], path)
    table = pq.read_table(path).to_pandas()
    assert table["a"].tolist() == [1, 2.5]
    assert table["b"][0] == '{"x": 1}'
    assert read_rows(path) == [{"a": 1, "b": {"x": 1}}, {"a": 2.5}]


@pytest.mark.parametrize("value", [True, 3, 0.5, "text", [1], {"a": None}])
def test_every_kind_of_value_stays_what_it_is(tmp_path, value):
    write_rows([{"a": value}], tmp_path / "rows.parquet")
    (row,) = read_rows(tmp_path / "rows.parquet")
    assert row["a"] == value
    assert type(row["a"]) is type(value)
