"""A finished sweep is recognised at once, and nothing else is taken for one."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from causattn.cli import compose as compose_module
from causattn.cli import main
from causattn.cli.finished import RECORD, is_repeatable, tell_finished

Studies = list[Mapping[str, Any]]
GRID = ["discovery=pc,ges", "seed=0,1"]


def sweep(*given: str) -> int:
    return main(["sweep", *given])


def test_the_same_command_is_answered_without_hydra(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not tell_finished(GRID)
    sweep(*GRID)
    folder = capsys.readouterr().out.splitlines()[-1]
    assert tell_finished(GRID)
    assert capsys.readouterr().out == f"4 jobs: 0 finished, 4 finished before.\n{folder}\n"
    assert not tell_finished(["discovery=pc,ges", "seed=0,2"])
    assert not tell_finished([*GRID, "--cfg", "job"])


def test_it_loads_neither_hydra_nor_tables(studies: Studies) -> None:
    sweep(*GRID)
    code = (
        "import sys, pathlib; import causattn.cli.compose as compose;"
        f"compose.config_folder = lambda: pathlib.Path({str(compose_module.config_folder())!r});"
        f"from causattn.cli import main; code = main(['sweep', *{GRID!r}]);"
        "sys.exit(code or bool({'hydra', 'omegaconf', 'pandas', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "4 finished before" in done.stdout


def test_a_changed_file_makes_its_jobs_run_again_and_no_others(studies: Studies) -> None:
    sweep(*GRID, "hydra.sweep.dir=mine")
    changed = compose_module.config_folder() / "discovery" / "ges.yaml"
    changed.write_text(changed.read_text().replace("size: 3", "size: 4"))
    sweep(*GRID, "hydra.sweep.dir=mine")
    assert [(c["discovery"]["kind"], c["discovery"]["size"]) for c in studies[4:]] == [
        ("ges", 4),
        ("ges", 4),
    ]
    changed.write_text(changed.read_text().replace("size: 4", "size: 3"))
    sweep(*GRID, "hydra.sweep.dir=mine")
    assert len(studies) == 6


def test_a_comment_in_a_file_makes_nothing_run_again(studies: Studies) -> None:
    sweep(*GRID)
    changed = compose_module.config_folder() / "discovery" / "ges.yaml"
    changed.write_text("# Another word.\n" + changed.read_text())
    assert not tell_finished(GRID)
    assert sweep(*GRID) == 0
    assert len(studies) == 4


def test_an_environment_variable_that_is_mentioned_counts(
    studies: Studies, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["corpus.path=${oc.env:PLACE}", "seed=0,1", "hydra.sweep.dir=mine"]
    monkeypatch.setenv("PLACE", "here")
    sweep(*given)
    assert tell_finished(given)
    monkeypatch.setenv("PLACE", "there")
    assert not tell_finished(given)
    sweep(*given)
    assert [config["corpus"]["path"] for config in studies] == ["here"] * 2 + ["there"] * 2


def test_a_value_that_differs_every_time_is_not_recognised(studies: Studies) -> None:
    given = ["corpus.path='${now:%f}'", "seed=0,1", "hydra.sweep.dir=mine"]
    sweep(*given)
    assert not (Path("mine") / RECORD).exists()
    assert is_repeatable({"a": ["${b.c}", 1, None], "d": "${oc.env:HOME}"})
    assert not is_repeatable({"a": [{"b": "${now:%Y}"}]})
    assert not is_repeatable("${oc.env:${name}}")


@pytest.mark.parametrize("damage", ["UNFINISHED", "manifest.json", "graph.json", RECORD])
def test_what_is_damaged_is_not_finished(studies: Studies, damage: str) -> None:
    sweep(*GRID, "hydra.sweep.dir=mine")
    folder = sorted(Path("mine").glob("*/manifest.json"))[0].parent
    (Path("mine") if damage == RECORD else folder).joinpath(damage).write_text("{ ")
    assert not tell_finished([*GRID, "hydra.sweep.dir=mine"])
    assert sweep(*GRID, "hydra.sweep.dir=mine") == 0
    assert len(studies) == (4 if damage == RECORD else 5)
    assert tell_finished([*GRID, "hydra.sweep.dir=mine"])


def test_a_sweep_with_a_failure_is_not_finished(studies: Studies) -> None:
    assert sweep("seed=13,1") == 3
    assert not tell_finished(["seed=13,1"])
    assert sweep("seed=13,1") == 3
    assert [config["seed"] for config in studies] == [13, 1, 13]
