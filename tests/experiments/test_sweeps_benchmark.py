"""The benchmark of sweeps counts what it says it counts."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "benchmarks" / "sweeps"


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"sweeps_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_what_was_found_or_waited_for_is_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    computed = load("parallel", monkeypatch).computed
    timing = {"corpus_s": 5.0, "features_s": 2.0, "discovery_s": 1.0}
    assert computed({"timing": timing, "reused": []}) == 8.0
    assert computed({"timing": timing, "reused": ["corpus", "features"]}) == 1.0


def test_the_page_says_what_was_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    page = load("table", monkeypatch).page
    found = {
        "name": "no model",
        "jobs": 60,
        "workers": 4,
        "wall_s": 120.0,
        "alone_wall_s": 410.0,
        "work_s": 400.0,
        "over": 0.2,
        "over_chain": 0.05,
        "identical": 59,
    }
    about = {
        "command": "python run.py",
        "measured": "2026-01-01",
        "cores": 4,
        "load_at_end": 1.0,
        "commit": "abc",
        "python": "3.11",
        "versions": {"causattn": "0.1.0"},
    }
    text = page({"parallel: no model": about | {"found": found}})
    assert "| within 15% | +20.0%; over its longest job and the rest / workers +5.0% | no |" in text
    assert "| the same bytes | 59 of 60 jobs | no |" in text
    nearer = found | {"over": 0.1, "identical": 60}
    text = page({"parallel: no model": about | {"found": nearer}})
    assert "| within 15% | +10.0%; over" in text
    assert "| no |" not in text


def test_a_plain_application_has_nothing_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    load("overhead", monkeypatch).write_plain_conf(tmp_path / "conf")
    assert "causattn." not in (tmp_path / "conf" / "config.yaml").read_text()
    assert not (tmp_path / "conf" / "hydra").exists()
