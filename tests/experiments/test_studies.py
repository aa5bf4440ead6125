"""The page of the ready studies is written from what the runs left, not by hand."""

import importlib.util
import json
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture
def script():
    path = HERE / "experiments" / "studies" / "run.py"
    spec = importlib.util.spec_from_file_location("studies_run", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_median_and_range(script, tmp_path, monkeypatch):
    runs = [
        {"candidates": {"auc": auc}, "graph": {"shd": shd}, "timing": {"model_s": 1.0}}
        for auc, shd in ((0.9, 4), (0.8, 2), (0.95, 9))
    ]
    stored = {"command": "python run.py asia", "seeds": [0, 1, 2], "runs": runs}
    (tmp_path / "asia.json").write_text(json.dumps(stored))
    monkeypatch.setattr(script, "RESULTS", tmp_path)
    page = script.page()
    assert "| candidate AUC, attention | 0.900 [0.800, 0.950] |" in page
    assert "| SHD of the CPDAG | 4 [2, 9] |" in page
    assert "mutual information" not in page


def test_no_place_of_a_machine_is_kept(script):
    kept = script.without_paths({"corpus": {"path": "/somewhere/data.zip", "name": "cebab"}})
    assert kept["corpus"] == {"path": "data.zip", "name": "cebab"}
