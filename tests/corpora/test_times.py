"""Times in a column, and as numbers."""

import datetime

import pytest

from causattn import load_corpus
from causattn.base import DataError
from causattn.corpora import decimal_years, times_of


@pytest.mark.parametrize(
    ("cells", "times"),
    [
        (["2024-01-03", "2024-02-01"], True),
        (["2019", "2020", None], True),
        (["3 Mar 2021", "Mar 4, 2021"], True),
        (["2021年3月4日", "2021年3月5日"], False),
        (["1", "2", "3"], False),
        (["3.5", "4.25"], False),
        (["good", "bad"], False),
        ([None, ""], False),
    ],
)
def test_times(cells, times):
    assert (times_of(cells) is not None) == times


def test_years_with_a_fraction():
    day = datetime.datetime(2023, 7, 2, 12)  # the middle of a year of 365 days
    found = decimal_years([datetime.date(2024, 1, 1), day, None])
    assert found == [2024.0, 2023.5, None]
    assert decimal_years(["2024-07-02", "31 Dec 2023 12:00"]) == pytest.approx(
        [2024 + 183 / 366, 2023 + 364.5 / 365]
    )
    assert decimal_years(["good", "bad"]) is None


def corpus_of(folder, dates, **settings):
    rows = "".join(f"a text of {k},{date}\n" for k, date in enumerate(dates))
    (folder / "a.csv").write_text("text,written\n" + rows)
    return load_corpus("file", path=str(folder / "a.csv"), columns=["written"], **settings)


def test_a_column_of_dates_is_continuous(tmp_path):
    corpus = corpus_of(tmp_path, ["2024-01-01", "2023-07-02 12:00", "2022-01-01"])
    assert corpus.categories == (None,)
    assert corpus.values[:, 0].tolist() == [2024.0, 2023.5, 2022.0]


def test_what_is_no_date_among_dates_is_named(tmp_path):
    dates = [f"2024-01-{day:02}" for day in range(1, 20)] + ["soon"]
    with pytest.raises(DataError, match=r"line 21.*'soon', not a number"):
        corpus_of(tmp_path, dates)
