from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from causattn.cli import main

Studies = list[Mapping[str, Any]]

SENTENCES = {
    ("discovery=pcc",): "discovery=pcc is not known; did you mean pc? choose one of ges, pc.",
    ("sed=3",): "sed is not a group or key of the configuration; did you mean seed?",
    ("corpus.sise=3",): "corpus.sise is not a group or key of the configuration; did you mean "
    "corpus.size?",
    ("nothing=like_it",): "nothing is not a group or key of the configuration;",
    ("+experiment=foo",): "experiment=foo is not known; choose one of alarm.",
    ("effects.subset_fraction=.5",): "effects.subset_fraction is now effects.refuter_settings."
    "data_subset.fraction; set that.",
    ("seed",): "The override 'seed' cannot be read (missing EQUAL at '<EOF>');",
    ("corpus.path=???",): "corpus.path is missing; set it, for example corpus.path=...",
    ("--unknown",): "The command line cannot be read: unrecognized arguments: --unknown;",
    ("corpus.path=${corpus.nowhere}",): "Interpolation key 'corpus.nowhere' not found;",
    ("seed=1,2",): "seed=1,2 gives several values to one run; run them all with causattn sweep,",
    ("seed=abc",): "seed='abc' should be a whole number;",
    ("seed=-1",): "seed=-1 is negative;",
    ("threads=0",): "threads=0 runs nothing; give 1 or more, or null for all cores.",
    ("limits.timeout_s=-1",): "limits.timeout_s=-1 lets nothing run; give more, or null.",
    ("limits.memory_gb=0",): "limits.memory_gb=0 lets nothing run; give more, or null.",
    ("controls=untrained",): "controls='untrained' should be a list, such as [a,b];",
    ("+tag=x",): "tag is not a setting of the configuration;",
    ("paths.runs=/dev/null/x",): "/dev/null/x/",
}


@pytest.mark.parametrize("given", SENTENCES, ids=" ".join)
def test_hydras_errors_are_sentences(
    studies: Studies, capfd: pytest.CaptureFixture[str], given: tuple[str, ...]
) -> None:
    assert main(["run", *given]) == 2
    said = capfd.readouterr()
    assert said.err.startswith(SENTENCES[given])
    assert said.err.count("\n") == 1
    assert said.err.strip().endswith((".", "?"))
    assert "Hydra" not in said.err
    assert said.out == ""
    assert studies == []
    assert not [path for path in Path("results").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("given", "beginnings"),
    [
        (
            ["run", "sed=3", "discovery=gess", "corpus.sise=3", "discovery.size=1"],
            ["sed is not a group", "discovery=gess is not known; did", "corpus.sise is not a"],
        ),
        (
            ["run", "seed=-1", "threads=0", "limits.timeout_s=0", "limits.memory_gb=-2"],
            ["seed=-1 is", "threads=0 runs", "limits.timeout_s=0", "limits.memory_gb=-2 lets"],
        ),
        (["run", "seed=x", "quiet=7"], ["seed='x' should", "quiet=7 should"]),
        (
            ["sweep", "discovery=pc,gess,pcc", "seed=0,1", "discovery.sise=3"],
            ["discovery=gess is", "discovery=pcc is", "discovery.sise is not a group"],
        ),
    ],
)
def test_mistakes_are_said_all_at_once(
    studies: Studies,
    capfd: pytest.CaptureFixture[str],
    given: list[str],
    beginnings: list[str],
) -> None:
    assert main(given) == 2
    title, *lines = capfd.readouterr().err.splitlines()
    assert title == f"{len(beginnings)} mistakes:"
    for beginning in beginnings:
        assert len([line for line in lines if line.startswith(f"  {beginning}")]) == 1, lines
    assert len(lines) == len(beginnings)
    assert studies == []


def test_a_key_that_stands_twice_in_a_file_is_named_with_its_line(
    studies: Studies, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = tmp_path / "own" / "experiment"
    place.mkdir(parents=True)
    (place / "mine.yaml").write_text("# @package _global_\nseed: 1\nthreads: 2\nseed: 2\n")
    assert main(["run", "--config-dir", str(tmp_path / "own"), "experiment=mine"]) == 2
    assert capfd.readouterr().err == (
        f"{place}/mine.yaml, line 4: seed stands in line 2, too; keep one of them.\n"
    )


def test_a_key_that_other_options_have(
    studies: Studies, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with (tmp_path / "conf" / "discovery" / "ges.yaml").open("a") as file:
        file.write("penalty: {weight: 1.0}\n")
    assert main(["run", "discovery.penalty.weight=2"]) == 2
    said = capfd.readouterr().err
    assert said.startswith("discovery.penalty.weight is a key of discovery=ges only; choose it, or")
    assert said.count("\n") == 1


def test_mistakes_behind_a_folder_of_ones_own_are_said_all_at_once(
    studies: Studies, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = tmp_path / "own" / "experiment"
    place.mkdir(parents=True)
    (place / "mine.yaml").write_text("# @package _global_\nthreads: 2\n")
    own = ["--config-dir", str(tmp_path / "own"), "experiment=mine"]
    assert main(["run", *own, "discovery=gess", "sed=3", "seed=-1"]) == 2
    title, *lines = capfd.readouterr().err.splitlines()
    assert title == "3 mistakes:"
    beginnings = ["  discovery=gess is not", "  sed is not a group", "  seed=-1 is negative"]
    assert all(any(line.startswith(each) for line in lines) for each in beginnings), lines


def test_a_config_folder_that_is_not_there(
    studies: Studies, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--config-dir", "nowhere"]) == 2
    assert "nowhere" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("~corpus", "~corpus takes out what every run needs; leave it out.\n"),
        ("~paths", "~paths takes out what every run needs; leave it out.\n"),
        (
            "seed=range(3)",
            "seed=range(3) stands for several values; run them all with causattn sweep.\n",
        ),
    ],
)
def test_hydras_habits_are_answered_in_a_sentence(
    studies: list[Any], capsys: pytest.CaptureFixture[str], given: str, said: str
) -> None:
    assert main(["run", given]) == 2
    assert capsys.readouterr().err == said
    assert studies == []


def test_a_room_is_left_out_by_name(
    studies: list[Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "conf" / "effects" / "none.yaml").write_text("kind: none\n")
    assert main(["run", "~effects"]) == 2
    assert capsys.readouterr().err == (
        "~effects is not how a room is left out; say effects=none.\n"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            ["corpus.network=alarm", "corpus=asia"],
            "corpus=asia and corpus.network=alarm contradict each other; say corpus=bayesnet "
            "corpus.network=alarm, or leave one of them out.\n",
        ),
        (
            ["discovery=pc", "discovery.kind=ges"],
            "discovery=pc and discovery.kind=ges contradict each other; say discovery=ges.\n",
        ),
    ],
)
def test_an_option_and_what_it_is_of_do_not_contradict_each_other(
    studies: Studies,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    given: list[str],
    said: str,
) -> None:
    corpus = tmp_path / "conf" / "corpus" / "asia.yaml"
    corpus.write_text("kind: bayesnet\nnetwork: asia\n")
    assert main(["run", *given]) == 2
    assert capsys.readouterr().err == said
    assert main(["run", "corpus=asia", "corpus.network=asia", "discovery.kind=pc"]) == 0
    assert len(studies) == 1


def test_no_controls_are_an_empty_list(studies: list[Any]) -> None:
    assert main(["run", "~controls"]) == 0
    assert studies[0]["controls"] == []


def test_a_run_is_named_by_the_network_that_it_is_of(studies: list[Any], tmp_path: Path) -> None:
    corpus = tmp_path / "conf" / "corpus" / "asia.yaml"
    corpus.write_text("kind: bayesnet\nnetwork: asia\n")
    assert main(["run", "corpus.network=alarm"]) == 0
    assert main(["run", "corpus=alarm"]) == 0
    names = sorted(path.name.split("_")[2] for path in Path("results/runs").iterdir())
    assert names == ["alarm", "alarm"]
