from pathlib import Path

import numpy as np
import pytest

from causattn.cli import main
from causattn.graphs import CausalGraph
from causattn.results import run_in_folder, write_results


def make(folder: Path, edge: tuple[int, int]) -> Path:
    matrix = np.zeros((2, 2))
    matrix[edge] = 1
    graph = CausalGraph.from_adjacency(matrix, ["a", "b"], direction="from row to column")

    def work(target: Path) -> None:
        from causattn.effects import EvidenceTable

        write_results(
            target,
            summary={"graph": {"edges": 1}},
            graph=graph,
            candidates=None,
            evidence=EvidenceTable.from_rows([]),
        )

    run_in_folder(folder, {"seed": 0, "corpus": {"kind": "made"}}, work)
    return folder


def test_one_run_two_runs_and_a_sweep_each_become_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = tmp_path / "sweep"
    first, second = make(sweep / "first", (0, 1)), make(sweep / "second", (1, 0))
    for arguments, page in (
        ([str(first)], first / "report.html"),
        ([str(first), "--output", str(tmp_path / "one.html")], tmp_path / "one.html"),
        ([str(first), str(second), "--output", str(tmp_path / "ab.html")], tmp_path / "ab.html"),
        ([str(sweep)], sweep / "report.html"),
    ):
        assert main(["report", *arguments]) == 0
        assert capsys.readouterr().out.strip() == str(page)
        assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_figures_that_cannot_be_written_again_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, page = make(tmp_path / "run", (0, 1)), tmp_path / "page.html"
    assert main(["report", str(run), "--output", str(page)]) == 0
    capsys.readouterr()

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("causattn.report.draw_figures", refuse)
    assert main(["report", str(run), "--output", str(page)]) == 0
    out, err = capsys.readouterr()
    assert out.strip() == str(page)
    assert "the page has those that are there" in err
    assert main(["report", str(run)]) == 2
    assert "copy the run to a folder that can be written" in capsys.readouterr().err


def test_what_is_no_run_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(tmp_path)]) == 2
    assert "holds no runs" in capsys.readouterr().err
    run = make(tmp_path / "run", (0, 1))
    assert main(["report", str(run), str(tmp_path / "nothing")]) == 2
    assert "holds no run" in capsys.readouterr().err
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "config.yaml").write_text("seed: 0\n")
    (tmp_path / "half" / "UNFINISHED").write_text("failed\nno disk")
    assert main(["report", str(run), str(tmp_path / "half")]) == 2
    assert "give the folder of a finished run" in capsys.readouterr().err
