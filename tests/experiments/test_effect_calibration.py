"""The calibration of the evidence: refuters here, the planted graph in a long test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "experiments" / "effect_calibration"
NAMES = {
    "placebo",
    "random common cause",
    "data subset",
    "bootstrap",
    "dummy outcome",
    "unobserved common cause",
}


def run(folder: Path, *words: str) -> dict:
    """Return what a run of the experiment wrote."""
    command = [sys.executable, FOLDER / "run.py", *words, "--into", folder]
    subprocess.run(command, check=True, timeout=600)
    assert (folder / "effect_calibration.md").read_text().startswith("# Is the evidence any good?")
    return json.loads((folder / "effect_calibration.json").read_text())


def test_every_refuter_has_power_where_the_model_is_wrong(tmp_path) -> None:
    found = run(tmp_path, "refuters", "--repetitions", "8")["refuters"]
    assert set(found) == NAMES
    for row in found.values():
        assert row["power"] >= 0.9
        assert all(0.0 <= p <= 1.0 for p in row["right"])


@pytest.mark.slow
def test_p_values_are_uniform_where_the_model_is_right(tmp_path) -> None:
    found = run(tmp_path, "refuters", "--repetitions", "200")["refuters"]
    for name, row in found.items():
        assert row["uniform_p"] > 0.01, name
        assert 0.01 <= row["level"] <= 0.1, name
        assert row["power"] > 0.95, name


@pytest.mark.slow
def test_evidence_on_a_planted_graph(tmp_path) -> None:
    cache = f"paths.cache={tmp_path / 'cache'}"
    words = ("planted", "asia", "--documents", "200", "--override", cache)
    found = run(tmp_path, *words)["planted"]["asia, seed 0"]
    assert found["claimed"] == 2 * found["true"]
    assert found["auc_truth"]["DoWhy, direct effect"]["auc"] > 0.9
    assert found["auc_truth"]["attention, either way"]["auc"] > 0.8
    # The interval's refuters say nothing of edges.
    assert found["auc_truth"]["refuter: bootstrap"]["auc"] < 0.8
    effects = found["effects_truth"]["total effect in data, true edges"]
    assert effects["rmse"] < 0.05
    true, claimed = found["verdicts"]["supported"]
    assert true / claimed > 0.8
