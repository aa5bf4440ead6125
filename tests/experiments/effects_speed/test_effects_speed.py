"""The effects benchmark in small: DoWhy repeats our draws, and its numbers are ours."""

import pytest


@pytest.fixture(scope="module")
def small(in_small):
    return in_small("effects_speed")


def rows_of(small, part):
    return [row for row in small[0] if row["part"] == part]


def test_dowhys_refuters_give_our_means_on_our_draws(small):
    rows = rows_of(small, "refuters")
    assert len(rows) == 4
    for row in rows:
        assert row["largest_difference"] < 1e-9
        assert len(row["their_seconds"]) == 3
    of_values = rows_of(small, "networks")
    assert len(of_values) == 2
    assert all(row["largest_difference"] < 1e-9 for row in of_values)


def test_falsification_counts_what_dowhy_counts(small):
    row = rows_of(small, "falsification")[0]
    assert row["violations"] == row["their_violations"]


def test_every_part_is_there(small):
    rows, page = small
    parts = list(dict.fromkeys(row["part"] for row in rows))
    assert parts == ["refuters", "networks", "many", "falsification", "adjustment"]
    assert all(f"| {row['case']} |" in page for row in rows)
