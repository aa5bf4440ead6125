"""``causattn reproduce``: what it prints, and where the record goes."""

import pytest

from causattn.cli import main
from causattn.reproduction import experiment_names


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("CAUSATTN_CACHE", str(tmp_path / "cache"))


def test_list_names_every_experiment_and_what_is_measured(capsys):
    assert main(["reproduce", "list"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in experiment_names())
    assert "nothing" in printed
    assert printed.count(" nothing ") >= len(experiment_names())


def test_an_experiment_is_measured_printed_and_recorded(tmp_path, capsys):
    words = ["reproduce", "sortability", "--short", "--results", str(tmp_path / "r"), "graphs=2"]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "pass" in printed
    assert "graph=1 nodes=10" in printed
    page = (tmp_path / "r" / "README.md").read_text()
    assert "`causattn reproduce sortability --short graphs=2`" in page
    assert (tmp_path / "r" / "distances.png").stat().st_size > 1000
    assert main(["reproduce", "list", "sortability", "--short", "graphs=3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["measured", "measured", "to"]


def test_what_is_not_complete_says_so_and_ends_with_3(tmp_path, capsys):
    words = ["reproduce", "sortability", "--short", "graphs=2", "--only", "graph=1"]
    assert main([*words, "--results", str(tmp_path / "r")]) == 3
    assert "1 jobs are to do; the same command goes on" in capsys.readouterr().out
    assert not (tmp_path / "r").exists()


def test_a_folder_of_ones_own_keeps_its_record(tmp_path, capsys):
    folder = tmp_path / "my_own_throw"
    folder.mkdir()
    (folder / "claim.md").write_text("# Mine\n\nOne is one.\n")
    (folder / "protocol.yaml").write_text("settings: {one: 1}\nfigures: {one: {published: 1}}\n")
    (folder / "measure.py").write_text(
        "from causattn.reproduction import Findings\n\n\ndef measure(settings, context):\n"
        "    return Findings([context.figure('one', settings.one)])\n"
    )
    assert main(["reproduce", str(folder)]) == 0
    assert "One is one." in (folder / "results" / "README.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sortabilty"], "did you mean sortability?"),
        (["sortability", "graphz=3"], "graphz is not a setting of sortability"),
        (["sortability", "paper.graphs=3"], "paper.graphs is now called graphs"),
        (["sortability", "seed=-1"], "should be a whole number from 0"),
        (["sachs", "paths.data=nowhere"], "no sachs/"),
        (["all", "graphs=3"], "reproduce that one by its name"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_written(arguments, sentence, tmp_path, capsys):
    assert main(["reproduce", *arguments, "--results", str(tmp_path / "r")]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "r").exists()
