"""The real ``config.yaml`` over tiny groups, and a study that costs nothing."""

import shutil
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import causattn
from causattn.base import DataError
from causattn.candidates import CandidateEdges
from causattn.cli import compose
from causattn.graphs import CausalGraph
from causattn.results import Run, write_results

GROUPS = {
    "corpus": ["asia", "alarm"],
    "model": ["tiny_mlm"],
    "features": ["slots"],
    "attention": ["masked"],
    "attribution": ["attention"],
    "candidates": ["top_k"],
    "discovery": ["pc", "ges"],
    "effects": ["dowhy"],
    "graph": ["documents"],
}
EXPERIMENT = """\
# @package _global_
# causattn run experiment=alarm
defaults:
  - override /corpus: alarm
  - override /discovery: ges
"""


def make_conf(folder: Path) -> Path:
    """Write a configuration folder: the real ``config.yaml`` and one tiny file an option."""
    folder.mkdir()
    source = Path(causattn.__file__).parents[1] / "conf" / "config.yaml"
    # Drawing a page after every sweep takes longer than all its stand-ins for studies.
    text = source.read_text(encoding="utf-8").replace("report: true", "report: false")
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    for name in ("hydra", "launcher"):
        shutil.copytree(source.parent / name, folder / name)
    for group, options in GROUPS.items():
        (folder / group).mkdir()
        for option in options:
            text = f"# The option {option}.\nkind: {option}\nsize: 3\npath: null\n"
            (folder / group / f"{option}.yaml").write_text(text)
    (folder / "experiment").mkdir()
    (folder / "experiment" / "alarm.yaml").write_text(EXPERIMENT)
    return folder


def run_study(config: Mapping[str, Any], folder: Path) -> Run:
    """Write a small result; seed 13 is a user's error and seed 14 a bug."""
    if config["seed"] == 13:
        raise DataError("There is no file x.csv (corpus.path); give one that is there.")
    if config["seed"] == 14:
        raise ZeroDivisionError("boom\nand more")
    names = ("smoke", "lung", "xray")
    adjacency = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    graph = CausalGraph.from_adjacency(adjacency, names, direction="from row to column")
    score = np.array([[0, 0.4, 0.1], [0.3, 0, 0.2], [0.1, 0.2, 0]])
    candidates = CandidateEdges(names, score, score * np.nan, score > 0.15, "stub")
    evidence = pd.DataFrame({"source": ["smoke"], "target": ["lung"], "verdict": ["supported"]})
    return write_results(
        folder,
        summary={"seed": config["seed"], "graph": {"shd": 0}, "timing": {"corpus_s": 0.5}},
        graph=graph,
        candidates=candidates.frame(),
        evidence=evidence,
        truth=graph,
    )


@pytest.fixture
def studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """Let studies cost nothing, in the test's folder; return the configurations they got."""
    configs: list[Mapping[str, Any]] = []
    module = types.ModuleType("causattn.study")

    def remember(config: Mapping[str, Any], folder: Path) -> Run:
        configs.append(config)
        return run_study(config, folder)

    module.run_study = remember  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "causattn.study", module)
    monkeypatch.setattr("causattn.checks.check_settings", lambda config: None)  # of real groups
    conf = make_conf(tmp_path / "conf")
    monkeypatch.setattr("causattn.cli.compose.config_folder", lambda: conf)
    if "discovery" in compose.ROOMS:  # else a test has rooms of its own
        monkeypatch.setattr(compose, "ROOMS", {})
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.delenv("CAUSATTN_TRACEBACK", raising=False)
    monkeypatch.setattr(sys, "argv", ["causattn"])
    return configs


PROGRAM = """\
import json, os, sys, time, types
from pathlib import Path
import causattn.cli.compose as compose
compose.config_folder = lambda: Path({conf!r})
compose.ROOMS.clear()
study = types.ModuleType("causattn.study")
def run_study(config, folder):
    (folder / "began").write_text("")
    with open("began.txt", "a") as stream:
        stream.write(f"{{config['seed']}}\\n")
    time.sleep(float(os.environ.get("STUDY_SECONDS", "600")))
    (folder / "summary.json").write_text(json.dumps({{"seed": config["seed"]}}))
study.run_study = run_study
sys.modules["causattn.study"] = study
from causattn.cli import main
sys.exit(main())
"""


@pytest.fixture
def program(tmp_path: Path) -> Callable[[], Path]:
    """Return a function that writes a ``causattn`` whose studies only sleep, as an executable."""

    def write() -> Path:
        conf = make_conf(tmp_path / "conf")
        (tmp_path / "bin").mkdir()
        path = tmp_path / "bin" / "causattn"
        body = PROGRAM.format(conf=str(conf))
        path.write_text(f"#!{sys.executable}\n{body}")
        path.chmod(0o755)
        return path

    return write
