from pathlib import Path

import pytest

from causattn.cli import main
from causattn.results import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CAUSATTN_CACHE", str(tmp_path))
    store = Store(tmp_path)
    for seed in (0, 1):
        store.fetch(
            "model",
            {"seed": seed},
            1,
            lambda: "x",
            lambda value, folder: (folder / "a.txt").write_text(value),
            lambda folder: (folder / "a.txt").read_text(),
        )
    return store


def test_list(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert store.key("model", {"seed": 0}, 1) in "".join(lines)
    assert lines[-1].startswith("2 artefacts")


def test_explain_says_why_it_was_made_again(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cache", "explain", store.key("model", {"seed": 0}, 1)[:10]]) == 0
    assert "seed is 0 here and 1 there" in capsys.readouterr().out


def test_prune_of_an_unknown_kind(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "prune", "--kind", "modle"]) == 2
    said = capsys.readouterr().err
    assert said == "--kind=modle is not known; did you mean model? choose one of model.\n"
    assert main(["cache", "prune", "--kind", "model"]) == 0
    assert capsys.readouterr().out.startswith("2 artefacts deleted")


def test_prune_asks_what(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "prune"]) == 2
    assert "say --days N, --kind KIND or --all" in capsys.readouterr().err
    for days in ("-1", "nan"):
        assert main(["cache", "prune", "--days", days]) == 2
        assert capsys.readouterr().err == f"--days {days} is no age; give 0 or more days.\n"
    assert main(["cache", "prune", "--days", "1"]) == 0
    assert capsys.readouterr().out.startswith("0 artefacts deleted")
    assert main(["cache", "prune", "--all"]) == 0
    assert capsys.readouterr().out.startswith("2 artefacts deleted")


def test_help_and_errors(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "--help"]) == 0
    assert main(["collect"]) == 2
    assert "causattn collect cannot be understood" in capsys.readouterr().err
    assert main(["cache", "explain", "zz"]) == 2
    assert "has no artefact zz" in capsys.readouterr().err
