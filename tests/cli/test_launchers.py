"""Every launcher does the same jobs, with the same bytes, and survives the loss of a worker.

One of the algorithms is a plugin: workers load it before anything else.

These are real studies, small, through the installed command: a launcher's workers are other
processes, which know nothing of a test's stand-ins.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PROGRAM = "import sys; from causattn.cli import main; sys.exit(main())"
STUDY = [
    "corpus.documents=500",
    "corpus.network=asia",
    "model=none",
    "attention=none",
    "candidates=none",
    "controls=[]",
    "effects=none",
    "report=false",
]
TRAINED = [
    "corpus.documents=300",
    "model.steps=5",
    "controls=[]",
    "candidates.pairs=12",
    "effects=none",
    "report=false",
]
OWN = Path(__file__).parents[1] / "plugin_package" / "causattn_garden" / "chow_liu.py"
SEARCHES = ["--plugins", str(OWN), "discovery=pc,ges,chow_liu,sort_regress"]
"""The last takes no discrete data, so that its job fails."""
TELLS_HOW_IT_WENT = {"manifest.json", "timing.json", "UNFINISHED"}
LAUNCHERS = {
    "processes": "causattn",
    "joblib": "hydra_plugins.hydra_joblib_launcher",
    "ray": "hydra_plugins.hydra_ray_launcher",
    "submitit": "hydra_plugins.hydra_submitit_launcher",
}


def skip_without(launcher: str) -> None:
    place = LAUNCHERS[launcher]
    if place.startswith("hydra_plugins.") and find_spec("hydra_plugins") is None:
        pytest.skip("no plugin of Hydra is installed")
    if find_spec(place) is None:
        pytest.skip(f"{LAUNCHERS[launcher]} is not installed: pip install 'causattn[{launcher}]'")


def environment(**more: str) -> dict[str, str]:
    quiet = {"OMP_NUM_THREADS": "1", "RAY_DEDUP_LOGS": "0", "RAY_AUTH_MODE": "disabled"}
    return os.environ | quiet | more


def sweep(place: Path, *given: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, "sweep", "hydra.sweep.dir=mine", *given],
        cwd=place,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def results(place: Path) -> dict[str, bytes]:
    """All files of all jobs, but for those that tell how it went."""
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in sorted(place.glob("mine/*/*"))
        if path.is_file() and path.name not in TELLS_HOW_IT_WENT
    }


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a sweep whose jobs ran one after another in one process."""
    place = tmp_path_factory.mktemp("alone")
    done = sweep(place, *SEARCHES, *STUDY)
    assert done.returncode == 3, done.stderr
    assert "4 jobs: 3 finished, 1 failed." in done.stdout
    found = results(place)
    assert {Path(name).name for name in found} >= {
        "candidates.parquet",
        "config.yaml",
        "evidence.parquet",
        "graph.json",
        "summary.json",
    }
    return found


@pytest.mark.parametrize(
    "launcher",
    # A cluster of Ray takes long to begin.
    [pytest.param(name, marks=[pytest.mark.slow] * (name == "ray")) for name in LAUNCHERS],
)
def test_a_launcher_gives_the_same_bytes_as_none(
    alone: dict[str, bytes], tmp_path: Path, launcher: str
) -> None:
    skip_without(launcher)
    done = sweep(tmp_path, f"launcher={launcher}", "workers=2", *SEARCHES, *STUDY)
    assert done.returncode == 3, done.stderr
    assert "4 jobs: 3 finished, 1 failed." in done.stdout, done.stderr
    assert done.stdout.count("finished in") == 3
    assert results(tmp_path) == alone
    # Why a job failed is shown at once, also where workers write into files, and at the end.
    said = [line for line in done.stderr.splitlines() if "takes continuous data" in line]
    assert said[0].startswith("job 3 (discovery=sort_regress")
    assert said[-1].startswith("  job 3 (discovery=sort_regress")


@pytest.mark.slow
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_launcher_gives_the_same_bytes_with_a_trained_model(
    tmp_path: Path, launcher: str
) -> None:
    skip_without(launcher)
    given = ["seed=0,1", "discovery=pc,ges", *TRAINED]
    (tmp_path / "one").mkdir()
    (tmp_path / "four").mkdir()
    assert sweep(tmp_path / "one", *given).returncode == 0
    done = sweep(tmp_path / "four", f"launcher={launcher}", "workers=4", *given)
    assert done.returncode == 0, done.stderr
    assert results(tmp_path / "four") == results(tmp_path / "one")


class Cluster:
    """A Ray cluster of several node processes on this machine."""

    def __init__(self, nodes: int) -> None:
        from ray.cluster_utils import Cluster as Nodes

        self._nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 0})
        self._workers = [self._nodes.add_node(num_cpus=1) for _ in range(nodes)]

    @property
    def address(self) -> str:
        return str(self._nodes.address)

    def kill_one(self) -> None:
        """End one node's process at once, its workers with it, as a machine that lost power."""
        self._nodes.remove_node(self._workers.pop(), allow_graceful=False)

    def end(self) -> None:
        self._nodes.shutdown()


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    skip_without("ray")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    made = Cluster(2)
    yield made
    made.end()


@pytest.mark.slow
def test_a_cluster_that_nobody_named_is_left_alone(cluster: Cluster, tmp_path: Path) -> None:
    """Ray by itself would join any that runs on the machine."""
    done = sweep(tmp_path, "launcher=ray", "workers=2", "discovery=pc,ges", *STUDY)
    assert done.returncode == 0, done.stderr
    assert "2 jobs: 2 finished." in done.stdout
    assert cluster.address not in done.stderr


def wait_for(condition: Any, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize("again", [3, 0], ids=["ray begins it again", "the same command does"])
def test_a_node_that_dies_during_the_sweep_costs_nothing_finished(
    cluster: Cluster, tmp_path: Path, again: int
) -> None:
    given = ["launcher=ray", "seed=range(8)", *STUDY, "corpus.documents=20000"]
    retries = f"hydra.launcher.ray.remote.max_retries={again}"
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "sweep", "hydra.sweep.dir=mine", retries, *given],
        cwd=tmp_path,
        env=environment(RAY_ADDRESS=cluster.address),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: list(tmp_path.glob("mine/*/manifest.json")), 240)
    wait_for(lambda: len(list(tmp_path.glob("mine/*/UNFINISHED"))) == 2, 240)  # one on each node
    before = {path: path.read_bytes() for path in tmp_path.glob("mine/*/manifest.json")}
    cluster.kill_one()
    out, err = process.communicate(timeout=300)
    if again:
        assert process.returncode == 0, err
        assert "8 jobs: 8 finished." in out
    else:
        assert process.returncode == 3
        assert "not done" in out
        assert "the same command again does what is missing" in err
        done = sweep(tmp_path, retries, *given, RAY_ADDRESS=cluster.address)
        assert done.returncode == 0, done.stderr
        assert "finished before" in done.stdout
    assert len(list(tmp_path.glob("mine/*/manifest.json"))) == 8
    assert {path: path.read_bytes() for path in before} == before


def test_a_worker_of_joblib_that_is_killed_is_said_and_done_again(tmp_path: Path) -> None:
    skip_without("joblib")
    given = ["launcher=joblib", "workers=2", "seed=range(3)", *TRAINED, "model.steps=100000"]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "sweep", "hydra.sweep.dir=mine", *given],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: list(tmp_path.glob("mine/*/UNFINISHED")), 120)
    marker = json.loads(next(tmp_path.glob("mine/*/UNFINISHED")).read_text())
    assert marker["process"] != process.pid
    os.kill(marker["process"], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "3 jobs: 0 finished, 3 not done." in out
    assert "The launcher ended before all jobs did (TerminatedWorkerError" in err
    assert err.strip().endswith("the same command again does what is missing.")
    assert not list(tmp_path.glob("mine/*/manifest.json"))


def test_a_launcher_that_is_not_installed_is_a_sentence(tmp_path: Path) -> None:
    hidden = (
        "import sys, types; plugins = types.ModuleType('hydra_plugins'); plugins.__path__ = [];"
        f"sys.modules['hydra_plugins'] = plugins; {PROGRAM}"
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden, "sweep", "launcher=joblib", "seed=0,1"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "launcher=joblib is not installed here; install it with pip install 'causattn[joblib]'.\n"
    )


def test_each_launcher_says_what_it_is_and_what_it_needs() -> None:
    from causattn.cli.compose import config_folder

    for path in (config_folder() / "launcher").glob("*.yaml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0] == "# @package _global_"
        assert lines[1].startswith("# ")
        if path.stem not in ("basic", "processes"):
            assert "pip install 'causattn[" in path.read_text(encoding="utf-8")
