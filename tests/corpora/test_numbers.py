"""Numbers as people write them."""

import pytest

from causattn.base import DataError
from causattn.corpora import load_corpus


def column(tmp_path, cells, **settings):
    """Return a column's values beside a plain one, and its categories."""
    rows = [f'"{cell}";{k % 17}.5' for k, cell in enumerate(cells)]
    path = tmp_path / "data.csv"
    path.write_text("\n".join(["x;other", *rows]), encoding="utf-8")
    corpus = load_corpus({"kind": "table", "path": str(path), **settings}, 0)
    return corpus.values[:, 0].tolist(), corpus.categories[0]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1,5", "-2,25", "0,125"], [1.5, -2.25, 0.125]),
        (["1.234,5", "12", "3,1e2"], [1234.5, 12, 310]),
        (["1,234.5", "12", ".5"], [1234.5, 12, 0.5]),
        (["1,234,567", "1,500", "2"], [1234567, 1500, 2]),
        (["1 234,5", "12\u00a0345,5", "7"], [1234.5, 12345.5, 7]),
        (["1'234.5", "\u22122.5", "7"], [1234.5, -2.5, 7]),
        (["0,123", "0,456", "0,789"], [0.123, 0.456, 0.789]),
        (["1.5", "NA", "2.5", "-", "n/a"], [1.5, None, 2.5, None, None]),
        (["1,5", "NA", "2,5"], [1.5, None, 2.5]),
    ],
)
def test_a_column_is_read_in_the_notation_that_it_is_written_in(tmp_path, cells, numbers):
    values, categories = column(tmp_path, cells * 5, continuous=["x"])
    assert categories is None
    assert [None if value != value else value for value in values] == numbers * 5


@pytest.mark.parametrize(("decimal", "first"), [(",", 101.101), (".", 101101)])
def test_what_could_be_two_numbers_is_asked_for(tmp_path, decimal, first):
    cells = [f"{k},{k}" for k in range(101, 120)]
    with pytest.raises(DataError, match=r"line 2, .* holds '101,101', which may be two .*\.$"):
        column(tmp_path, cells)
    values, _ = column(tmp_path, cells, decimal=decimal)
    assert values[0] == first


def test_a_decimal_that_is_named_counts_for_what_reads_as_a_number(tmp_path):
    cells = [f"{k}.{100 + k}" for k in range(1, 30)]
    assert column(tmp_path, cells)[0][0] == 1.101
    assert column(tmp_path, cells, decimal=",")[0][0] == 1101


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([f"{k}.5%" for k in range(20)], "column x holds '0.5%' among numbers"),
        ([f"${k}" for k in range(20)], "column x holds '$0' among numbers"),
        ([*(f"{k}.5" for k in range(20)), "abc"], "line 22, column x holds 'abc' among numbers"),
    ],
)
def test_a_word_among_numbers_is_named(tmp_path, cells, said):
    with pytest.raises(DataError) as caught:
        column(tmp_path, cells)
    assert said in str(caught.value)
    assert str(caught.value).endswith("or say that they are words (corpus.discrete=[x]).")
    assert column(tmp_path, [cell[:1] for cell in cells], discrete=["x"])[1] is not None


def test_words_stay_words(tmp_path):
    assert column(tmp_path, ["yes", "no", "-", "?"] * 5)[1] == ("-", "?", "no", "yes")
    assert column(tmp_path, ["1", "2", "3"] * 5, decimal=",")[1] == ("1", "2", "3")
