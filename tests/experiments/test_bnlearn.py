import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "experiments" / "bnlearn" / "run.py"


def test_it_sweeps_and_compares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("bnlearn", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.chdir(tmp_path)
    small = ["cancer", "--seeds", "2", "--rows", "200", "--algorithms", "pc,ges,empty"]
    monkeypatch.setattr(sys, "argv", ["run.py", *small])
    with pytest.raises(SystemExit) as leaving:
        module.main()
    assert leaving.value.code == 0
    assert len(list(tmp_path.glob("results/sweeps/bnlearn/*/summary.json"))) == 6
    page = (tmp_path / "results" / "sweeps_bnlearn" / "README.md").read_text()
    assert page.startswith("# 3 contestants on 1 data set, 6 jobs\n")
