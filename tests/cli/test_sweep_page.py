"""A sweep ends with its page; what goes wrong with the page is no matter of the sweep."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from causattn.cli import main
from causattn.cli.sweep_page import draw_page
from causattn.results import sweep_commands

Studies = list[Mapping[str, Any]]


def results() -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in Path("mine").glob("*/*") if p.name != "manifest.json"}


def test_a_sweep_writes_its_page_and_only_when_something_is_new(
    studies: Studies, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["sweep", "seed=0,13", "report=true", "hydra.sweep.dir=mine"]
    assert main(given) == 3
    page = Path("mine/report.html")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "causattn sweep seed=0,13" in text
    assert "There is no file x.csv" in text  # failures stand on the page
    assert capsys.readouterr().out.splitlines()[-3:][0] == "mine/report.html"
    main(["sweep", "seed=0", "report=true", "hydra.sweep.dir=mine"])
    assert page.read_text(encoding="utf-8") == text
    commands = ["causattn sweep seed=0,13 report=true hydra.sweep.dir=mine"]
    commands.append(commands[0].replace("0,13", "0"))
    assert sweep_commands(Path("mine")) == tuple(commands)
    page.unlink()
    # The first command again tries its failed job once more.
    main(given)
    assert page.is_file()


def test_without_reports_there_is_no_page(studies: Studies) -> None:
    assert main(["sweep", "seed=0,1", "hydra.sweep.dir=mine"]) == 0
    assert not Path("mine/report.html").exists()
    assert main(["sweep", "seed=0", "report=false,true", "hydra.sweep.dir=mine"]) == 0
    assert Path("mine/report.html").exists()


@pytest.mark.parametrize("error", [ZeroDivisionError("boom"), OSError(28, "No space left")])
def test_a_page_that_fails_fails_nothing_else(
    studies: Studies,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    assert main(["sweep", "seed=0,1", "report=true", "hydra.sweep.dir=mine"]) == 0
    before = results()
    capsys.readouterr()
    monkeypatch.setattr("causattn.report.write_sweep_report", fail)
    assert main(["sweep", "seed=0,1,2", "report=true", "hydra.sweep.dir=mine"]) == 0
    out, err = capsys.readouterr()
    assert "3 jobs: 1 finished, 2 finished before." in out
    assert "The sweep's page was not drawn" in err
    assert "causattn report mine tries again." in err
    after = results()
    assert {path: after[path] for path in before} == before


def test_drawing_is_left_out_for_a_sweep_of_no_reports() -> None:
    from causattn.cli.progress import Progress

    draw_page(Progress(Path("nowhere"), "s1", report=False))  # nothing is touched
