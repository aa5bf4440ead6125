"""A corpus, an algorithm, a test, a score, a measure, a refuter and a metric of fifty lines each.

They are the same files three times: (a) in causattn's own rooms, with no other file changed, (b)
an installed package (`tests/plugin_package`), (c) plugins on the command line. Each time they run
through a sweep with a model, a comparison and a report, and give the same bytes.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
import yaml

import causattn

PACKAGE = Path(__file__).parent / "plugin_package"
pytestmark = pytest.mark.timeout(1800)  # two minutes on two free cores
ROOMS = {  # where each file stands inside
    "garden": "corpora",
    "chow_liu": "discovery/baselines",
    "quadrant": "discovery/tests",
    "aic": "discovery/scores",
    "above_even": "attention/measures",
    "halves": "effects/refuters",
    "missed": "graphs",
}
FILES = {name: PACKAGE / "causattn_garden" / f"{name}.py" for name in ROOMS}
SWEEP = [
    "sweep",
    "corpus=garden",
    "corpus.documents=300",
    "model.steps=5",
    "attention.documents=40",
    "attention.measures=[raw,mean,above_even]",
    "candidates.aggregate=above_even",
    "candidates.pairs=5",
    "controls=[]",
    "effects.refuters=[placebo,halves]",
    "effects.draws=20",
    "effects.bootstraps=0",
    "effects.interventions=none",
    "discovery=chow_liu,pc,ges",
    "report=false",
    "hydra.sweep.dir=mine",
    "paths.cache=cache",
]
SEARCHES = ["experiment=discovery", "corpus=garden", "corpus.documents=300", "report=false"]
PROGRAM = """
import json, sys
from causattn.cli import main
plugins = sys.argv[1:]
given = json.loads(sys.stdin.read())
for command in given:
    code = main([*command, *plugins])
    if code:
        sys.exit(f"{command} ended with {code}")
"""
DIFFER = {"config.yaml", "command.txt", "manifest.json", "timing.json", "report.html"}
"""Files that tell how a run went, or by which way it was asked for."""


def do(place: Path, path: str, plugins: list[str]) -> str:
    """Do the sweep, compare and report it and list what there is; return the output."""
    commands = [
        SWEEP,
        ["compare", "mine", "--by", "discovery", "--metric", "missed", "shd"],
        ["report", "mine"],
        ["run", *SEARCHES, "discovery=pc", "discovery.test=quadrant", "hydra.run.dir=quadrant"],
        ["run", *SEARCHES, "discovery=ges", "discovery.score=aic", "hydra.run.dir=aic"],
        ["report", "quadrant"],
        *(["list", room] for room in ("corpora", "discovery", "refuters", "metrics")),
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *plugins],
        cwd=place,
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def inside(place: Path) -> tuple[str, list[str]]:
    """Copy causattn and put the files into its rooms."""
    source = Path(causattn.__file__).parents[1]
    for name in ("causattn", "conf"):
        leave = shutil.ignore_patterns("__pycache__", "node_modules", "web")
        shutil.copytree(source / name, place / name, ignore=leave)
    for name, room in ROOMS.items():
        shutil.copy(FILES[name], place / "causattn" / room)
    return str(place), []


def installed(place: Path) -> tuple[str, list[str]]:
    """Put the package where an installer would, with its entry points."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    shutil.copytree(PACKAGE / "causattn_garden", place / "causattn_garden")
    about = place / "causattn_garden-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (about / "entry_points.txt").write_text("\n".join(points))
    return os.pathsep.join([str(place), str(Path(causattn.__file__).parents[1])]), []


def named(place: Path) -> tuple[str, list[str]]:
    """Name the files on the command line."""
    given = [part for file in FILES.values() for part in ("--plugins", str(file))]
    return str(Path(causattn.__file__).parents[1]), given


WAYS = {"inside": inside, "installed": installed, "named": named}


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> dict[str, tuple[Path, str]]:
    """What each way left, and what it said."""
    found = {}
    for way, prepare in WAYS.items():
        code, place = (tmp_path_factory.mktemp(f"{part}_{way}") for part in ("code", "work"))
        found[way] = place, do(place, *prepare(code))
    return found


def results(place: Path) -> dict[str, bytes]:
    """The files of all runs but for those that tell how it went or by which way, by algorithm."""
    found = {}
    for config in [*place.glob("mine/*/config.yaml"), *place.glob("*/config.yaml")]:
        settings = yaml.safe_load(config.read_text())["discovery"]
        run = f"{settings['kind']} {settings.get('test', '')} {settings.get('score', '')}"
        for path in sorted(config.parent.rglob("*")):
            if path.is_file() and path.name not in DIFFER:
                found[f"{run}/{path.relative_to(config.parent)}"] = path.read_bytes()
    return found


@pytest.mark.parametrize("way", ["installed", "named"])
def test_every_way_in_gives_the_same_bytes(done, way) -> None:
    ours, theirs = results(done["inside"][0]), results(done[way][0])
    assert len([name for name in ours if name.endswith("graph.json")]) == 5
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


@pytest.mark.parametrize("way", WAYS)
def test_each_contribution_did_its_part(done, way) -> None:
    place, said = done[way]
    runs = {
        yaml.safe_load(path.read_text())["discovery"]["kind"]: path.parent
        for path in place.glob("mine/*/config.yaml")
    }
    assert set(runs) == {"chow_liu", "pc", "ges"}
    for folder in runs.values():
        summary = json.loads((folder / "summary.json").read_text())
        assert summary["corpus"]["name"] == "garden"
        assert summary["candidates"]["method"].startswith("above_even")
        assert summary["graph"]["missed"] >= 0
        evidence = pd.read_parquet(folder / "evidence.parquet")
        assert {"halves_p", "halves_spread", "halves_outcome"} <= set(evidence.columns)
    evidence = pd.read_parquet(runs["ges"] / "evidence.parquet")
    assert evidence["halves_outcome"].isin(["passed", "failed"]).any()
    assert "3 jobs: 3 finished." in said
    compared = (place / "mine" / "comparison_by=discovery_missed_shd" / "README.md").read_text()
    assert "chow liu" in compared
    assert "Missed adjacencies" in compared
    assert (place / "mine" / "report.html").is_file()
    assert (place / "quadrant" / "report.html").is_file()
    assert "quadrant" in (place / "quadrant" / "summary.json").read_text()
    assert "aic" in (place / "aic" / "summary.json").read_text()


@pytest.mark.parametrize(
    ("way", "source"), [("inside", "causattn"), ("installed", "causattn-garden"), ("named", ".py")]
)
def test_list_says_where_each_is_from(done, way, source) -> None:
    rows = [line.split() for line in done[way][1].splitlines() if line.strip()]
    for name in ("garden", "chow_liu", "halves", "missed"):
        (row,) = (row for row in rows if row[0] == name and len(row) > 3)
        assert row[1].endswith(source), row
