"""The discovery benchmark in small: its graphs are those of causal-learn, its ratios of medians."""

import pytest


@pytest.fixture(scope="module")
def small(in_small):
    return in_small("discovery_speed")


def test_graphs_are_the_same_and_ratios_are_of_the_medians(small):
    compared = [row for row in small[0] if row["against"] == "causal-learn"]
    assert len(compared) == 3
    for row in compared:
        assert row["comparison"].startswith("same CPDAG")
        assert row["ratio"] == pytest.approx(row["their_median_s"] / row["our_median_s"])


def test_restriction_takes_fewer_tests_than_all_pairs(small):
    (row,) = (row for row in small[0] if row["case"] == "PC, Gaussian, p = 12, 20 candidates")
    assert row["tests"] < row["tests_over_all_pairs"]
    assert 0 < row["least_tests"] <= row["share_of_tests"]
    assert row["reached"] == (max(row["share_of_tests"], row["share_of_time"]) <= 20 / 66)


def test_first_call_on_asia_is_fast_with_nothing_compiled(small):
    (row,) = (row for row in small[0] if row["case"] == "PC, asia")
    assert 0 < row["first_call_empty_cache_s"] < 60
    assert row["first_call_reached"] == (row["first_call_empty_cache_s"] <= 3)


def test_page_has_a_line_for_every_row(small):
    rows, page = small
    assert all(f"| {row['case']} |" in page for row in rows)


def test_a_run_that_is_too_slow_is_recorded_as_timed_out(in_small):
    rows, page = in_small("discovery_speed", "timeout_s=0.01", "cases=one")
    (row,) = rows
    assert row["ended"] == "timed out after 0.01 s"
    assert row["reached"] is None
    assert row.get("ratio") is None
    assert "timed out after 0.01 s" in page
