"""Folders are found, and what is wrong with one is said in a sentence that names it."""

import os
import subprocess
import sys

import pytest

from causattn.base import ConfigError, DataError
from causattn.reproduction import (
    Context,
    DataFile,
    Protocol,
    find_experiment,
)


def test_title_and_claim_are_read_from_the_text(dice):
    found = find_experiment(str(dice))
    assert found.title == "Dice"
    assert found.claim == "Somebody 2020: a die shows three and a half in the mean."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"throwz": 3}, "throwz is not a setting of dice_thrown; did you mean throws?"),
        ({"throws": "many"}, "throws='many' should be a whole number"),
    ],
)
def test_wrong_setting_is_named(plan, given, said):
    with pytest.raises(ConfigError) as error:
        plan(**given)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("settings: {a: 1}\nshort: {b: 2}", "short.b is none of its settings"),
        ("setings: {a: 1}", "did you mean settings?"),
        ("figures: {x: {publishd: 1}}", "did you mean published?"),
        ("settings: [", "is no YAML"),
        ("- 1", "should be a mapping"),
    ],
)
def test_wrong_protocol_is_named_with_its_file(dice, protocol, said):
    (dice / "protocol.yaml").write_text(protocol)
    with pytest.raises(ConfigError) as error:
        _ = find_experiment(str(dice)).protocol
    assert said in str(error.value)
    assert "protocol.yaml" in str(error.value)


def test_incomplete_folder_and_unknown_name_are_sentences(dice):
    (dice / "claim.md").unlink()
    with pytest.raises(ConfigError, match=r"is no experiment: it has no claim\.md"):
        find_experiment(str(dice))
    with pytest.raises(ConfigError, match="did you mean sachs"):
        find_experiment("sach")


def test_installed_copy_says_where_the_papers_are(monkeypatch):
    monkeypatch.setattr("causattn.reproduction.experiment.experiments_folder", lambda: None)
    with pytest.raises(ConfigError, match="in experiments/ of causattn's source"):
        find_experiment("sachs")


def test_folder_with_the_name_of_another_package_is_refused(dice):
    other = dice.with_name("json")
    dice.rename(other)
    with pytest.raises(ConfigError, match="cannot be imported as json"):
        find_experiment(str(other)).jobs(None)


def test_two_equal_jobs_are_refused(plan):
    with pytest.raises(ConfigError, match="two of its jobs have the same values"):
        plan(sides=[6, 6]).jobs()


BRINGS = """
from pathlib import Path

from causattn.reproduction import Paper

PAPER = Paper("dice", Path({folder!r}))
"""
COMMAND = "import sys; from causattn.cli import main; sys.exit(main())"


@pytest.mark.parametrize("way", ["entry point", "plugin", "path"])
def test_an_experiment_of_ones_own_is_measured_whichever_way_it_comes(dice, tmp_path, way):
    site = tmp_path / "site"
    site.mkdir()
    (site / "my_papers.py").write_text(BRINGS.format(folder=str(dice)))
    words = {"entry point": ["dice"], "plugin": ["dice", "--plugins", str(site / "my_papers.py")]}
    if way == "entry point":
        about = site / "my_papers-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my_papers\nVersion: 1\n")
        (about / "entry_points.txt").write_text("[causattn.papers]\ndice = my_papers:PAPER\n")
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "reproduce", *words.get(way, [str(dice)]), "--short"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(site), *sys.path]),
            "CAUSATTN_CACHE": str(tmp_path / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (dice / "results" / "short" / "README.md").read_text().startswith("# Dice (short")


def test_data_is_checked_and_its_source_named(tmp_path):
    wanted = DataFile("toy/rows.csv", "0" * 64, "somebody/toy")
    protocol = Protocol(data={"rows": wanted})
    context = Context(tmp_path, tmp_path, tmp_path, protocol)
    with pytest.raises(DataError, match=r"no toy/rows\.csv below paths\.data.*somebody/toy"):
        context.data("rows")
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "rows.csv").write_text("another file")
    with pytest.raises(DataError, match="is not the published file"):
        context.data("rows")
    with pytest.raises(ConfigError, match=r"no data\.other"):
        context.data("other")
