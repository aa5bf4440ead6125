"""The effects benchmark's quick version: DoWhy repeats our draws, and its numbers are ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "experiments" / "benchmarks" / "effects" / "run.py"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Return the results of the quick version."""
    folder = tmp_path_factory.mktemp("benchmark")
    subprocess.run([sys.executable, SCRIPT, "--quick", "--into", folder], check=True, timeout=300)
    assert "| DoWhy, or plain |" in (folder / "effects.md").read_text()
    return json.loads((folder / "effects.json").read_text())["rows"]


def test_dowhys_refuters_give_our_means_on_our_draws(results) -> None:
    rows = results["refuters"]["rows"]
    assert len(rows) == 3
    for row in rows:
        assert row["largest_difference"] < 1e-9
        assert len(row["their_seconds"]) == 3


def test_falsification_counts_what_dowhy_counts(results) -> None:
    row = results["falsification"]["rows"][0]
    assert row["violations"] == row["their_violations"]


def test_every_case_is_there_and_says_where_from(results) -> None:
    assert list(results) == ["refuters", "many", "falsification", "adjustment"]
    for case in results.values():
        assert case["command"].startswith("python experiments/benchmarks/effects/run.py --quick")
        assert case["commit"]
