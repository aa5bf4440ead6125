"""The discovery benchmark's quick version: it runs, and its graphs are those of causal-learn."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "experiments" / "benchmarks" / "discovery" / "run.py"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the results of the quick version."""
    folder = tmp_path_factory.mktemp("benchmark")
    subprocess.run([sys.executable, SCRIPT, "--quick", "--into", folder], check=True, timeout=300)
    return folder


def rows(folder: Path) -> dict[str, dict]:
    read = json.loads((folder / "discovery.json").read_text())
    assert read["missing"] == 0
    return {row["case"]: row for row in read["rows"]}


def test_graphs_are_the_same_and_ratios_are_of_the_medians(results):
    compared = [row for row in rows(results).values() if row["against"] == "causal-learn"]
    assert len(compared) == 3
    for row in compared:
        assert row["comparison"].startswith("same CPDAG")
        assert row["ratio"] == pytest.approx(row["their_median_s"] / row["our_median_s"])


def test_restriction_takes_fewer_tests_than_all_pairs(results):
    row = rows(results)["PC, Gaussian, p = 12, 20 candidates"]
    assert row["tests"] < row["tests_over_all_pairs"]
    assert 0 < row["least_tests"] <= row["share_of_tests"]
    assert row["reached"] == (max(row["share_of_tests"], row["share_of_time"]) <= 20 / 66)


def test_first_call_on_asia_is_fast_with_nothing_compiled(results):
    row = rows(results)["PC, asia"]
    assert 0 < row["first_call_empty_cache_s"] < 30
    assert row["first_call_reached"] == (row["first_call_empty_cache_s"] <= 3)


def test_page_has_a_line_for_every_row(results):
    page = (results / "discovery.md").read_text()
    assert all(f"| {case} |" in page for case in rows(results))


def test_a_run_that_is_too_slow_is_recorded_as_timed_out(tmp_path):
    command = [sys.executable, SCRIPT, "--quick", "--only", "p = 6", "--timeout", "0.01"]
    subprocess.run([*command, "--into", tmp_path], check=True, timeout=300)
    (row,) = json.loads((tmp_path / "discovery.json").read_text())["rows"]
    assert row["ended"] == "timed out after 0.01 s"
    assert row["reached"] is None
    assert "ratio" not in row
    assert "timed out after 0.01 s" in (tmp_path / "discovery.md").read_text()
