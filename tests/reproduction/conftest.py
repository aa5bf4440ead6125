"""An experiment of a user's own, outside of the repository."""

import shutil
import sys

import pytest

from causattn.reproduction import ExperimentPlan, find_experiment

CLAIM = """# Dice

**Claim.** Somebody 2020: a die shows three and a half
in the mean.

More about it.
"""
PROTOCOL = """
paper: Somebody 2020, On dice
proves: [recompute]
settings:
  throws: 50
  sides: [6]
short:
  throws: 5
figures:
  mean of 6: {published: 3.5, tolerance: 3.0}
"""
MEASURE = """
from causattn.base import generator
from causattn.reproduction import Findings

from .words import NAME


def jobs(settings):
    return [{"sides": sides, "throws": settings.throws} for sides in settings.sides]


def measure(job, context):
    if job["sides"] < 1:
        raise ValueError("no side")
    rng = generator(context.seed, "dice", job["sides"])
    throws = rng.integers(1, job["sides"] + 1, job["throws"])
    return {"mean": throws.mean(), NAME: [1, 2], "nothing": float("nan")}
"""
PAGE = """
import pandas as pd
from PIL import Image

from causattn.reproduction import Findings


def page(rows, context):
    found = Findings(tables={"Means": pd.DataFrame(rows)[["sides", "mean"]]})
    found.figures = [
        context.figure(f"mean of {row['sides']}", row["mean"])
        for row in rows
        if row["sides"] == 6
    ]
    picture = context.folder / "dice.png"
    Image.new("RGB", (9, 9)).save(picture)
    found.pictures["Dice"] = picture
    found.notes["Means"] = f"Of {context.settings.throws} throws."
    found.remarks.append("A remark.")
    return found
"""


@pytest.fixture
def dice(tmp_path, monkeypatch):
    """Return the folder of an experiment that throws dice."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    folder = tmp_path / "mine" / "dice_thrown"
    folder.mkdir(parents=True)
    files = {
        "claim.md": CLAIM,
        "protocol.yaml": PROTOCOL,
        "measure.py": MEASURE,
        "page.py": PAGE,
        "words.py": 'NAME = "list"\n',
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    yield folder
    _forget()


def _forget():
    """Import the experiment's modules again when they are next asked for, as a new process does."""
    for name in [name for name in sys.modules if name.startswith("dice_thrown")]:
        del sys.modules[name]


@pytest.fixture
def change(dice):
    """Return a function that writes a file of the experiment, or changes words in it."""

    def to(file, old, new=None):
        path = dice / file
        path.write_text(old if new is None else path.read_text().replace(old, new))
        shutil.rmtree(dice / "__pycache__", ignore_errors=True)
        _forget()

    return to


@pytest.fixture
def plan(dice, tmp_path):
    """Return a function from settings to a plan of the dice."""

    def of(short=False, seed=0, **given):
        experiment = find_experiment(str(dice))
        settings = experiment.settings(short=short, given=given)
        cache = tmp_path / "cache"
        return ExperimentPlan(
            experiment, settings, tmp_path, cache, seed, short, "causattn reproduce dice"
        )

    return of
