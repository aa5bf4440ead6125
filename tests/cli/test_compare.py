from pathlib import Path

import pytest

from causattn.cli import main
from causattn.results import note_sweep_command
from tests.results import comparing


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    figures = {"pc": {"shd": 2.0, "edges": 4}, "ges": {"shd": 1.0, "edges": 5}}
    return comparing.folder_of_runs(
        tmp_path / "sweep", lambda kind, *_: figures[kind], networks=("asia", "alarm")
    )


def test_it_writes_beside_the_runs_and_says_the_headlines(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(sweep)]) == 0
    said = capsys.readouterr()
    first, *_, last = said.out.splitlines()
    assert first.startswith("SHD: ges is best (ranks take 3 contestants")
    assert last == str(sweep / "comparison" / "README.md")
    assert "Note: 2 seeds a data set" in said.err
    assert f"causattn compare {sweep}" in (sweep / "comparison" / "README.md").read_text()


def test_again_it_writes_the_same_and_compares_no_comparison(sweep: Path) -> None:
    main(["compare", str(sweep)])
    before = {path: path.read_bytes() for path in (sweep / "comparison").iterdir()}
    main(["compare", str(sweep)])
    assert {path: path.read_bytes() for path in (sweep / "comparison").iterdir()} == before


def test_its_questions(sweep: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    given = ["--by", "discovery", "--metric", "edges:higher", "--where", "corpus.network=asia"]
    given += ["--note", "The machine was shared."]
    assert main(["compare", str(sweep), *given, "--output", str(out)]) == 0
    assert capsys.readouterr().out.startswith("Graph.edges: ges is best")
    assert (out / "means_edges.csv").is_file()
    assert "- The machine was shared.\n" in (out / "README.md").read_text()
    assert "alarm" not in (out / "data_sets.csv").read_text()


def test_a_question_is_answered_beside_the_whole_comparison(sweep: Path) -> None:
    main(["compare", str(sweep)])
    before = {path: path.read_bytes() for path in (sweep / "comparison").iterdir()}
    note_sweep_command(sweep, "causattn sweep discovery=pc,ges")
    assert main(["compare", str(sweep), "--where", "corpus.network=asia"]) == 0
    narrowed = sweep / "comparison_corpus.network=asia"
    page = (narrowed / "README.md").read_text()
    assert "The runs were made by\n\n```sh\ncausattn sweep discovery=pc,ges\n```" in page
    assert "alarm" not in (narrowed / "data_sets.csv").read_text()
    assert {path: path.read_bytes() for path in (sweep / "comparison").iterdir()} == before
    many = ",".join(["asia", *map(str, range(300))])
    assert main(["compare", str(sweep), "--where", f"corpus.network={many}"]) == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--where", "asia"], "write key=value"),
        (["--metric", "zz"], "No run has the metric zz"),
        (["--zz"], "causattn compare cannot be understood"),
    ],
)
def test_errors_are_sentences(
    sweep: Path, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(sweep), *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert not (sweep / "comparison").exists()


def test_help_and_a_missing_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--help"]) == 0
    assert "--metric" in capsys.readouterr().out
    assert main(["compare", "nowhere"]) == 2
    assert "There is no folder nowhere" in capsys.readouterr().err
