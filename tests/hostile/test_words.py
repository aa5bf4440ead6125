"""Names from files reach no terminal as they are: not in errors, not where anything is printed."""

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.table import Table
from rich.text import Text

import causattn
from causattn.base import (
    CausattnError,
    DataError,
    listed,
    nearest_name,
    one_line,
    say,
    terminal,
    visible,
)
from causattn.cli import main
from causattn.corpora import load_corpus
from causattn.graphs import CausalGraph
from causattn.report import print_run
from causattn.results import write_results

PACKAGE = Path(causattn.__file__).parent
EVIL = "a\x1b[2J\x1b]0;owned\x07\u202egnp.exe\x9b31m\r\n\u2028b"
CONTROLS = ("\x1b", "\x07", "\x9b", "\r", "\u202e", "\u2028")
PIPES = {"attention/corpus_sum/worker.py", "cli/completion.py", "base/saying.py"}
"""Lines between processes, the shell's own completion, and `say` itself."""


def is_safe(text: str) -> bool:
    return not any(sign in text for sign in CONTROLS)


def test_whatever_is_printed_goes_through_one_function() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or name in PIPES:
                continue
            called = ast.unparse(node.func)
            to_pipe = any("stdin" in ast.unparse(word.value) for word in node.keywords)
            if called in ("print", "traceback.print_exception") and not to_pipe:
                found.append(f"{name}:{node.lineno}: {called}")
            if called.rpartition(".")[2] == "Console" and name != "base/terminal.py":
                found.append(f"{name}:{node.lineno}: {called}")
            if called in ("sys.stderr.write", "sys.stdout.write"):
                found.append(f"{name}:{node.lineno}: {called}")
    assert found == []


@pytest.mark.parametrize("kind", [CausattnError, *CausattnError.__subclasses__()])
def test_every_error_words_itself_safely(kind: type[CausattnError]) -> None:
    said = str(kind(f"There is no column {EVIL} in {'x' * 2_000_000}; choose another."))
    assert is_safe(said)
    assert "\\x1b[2J" in said
    assert len(said) < 2000
    assert said.endswith("choose another.")


def test_what_is_said_keeps_its_lines_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"first {EVIL}")
    say("second\nthird", error=True)
    out, err = capsys.readouterr()
    assert is_safe(out)
    assert err == "second\nthird\n"


def test_what_is_drawn_keeps_its_lines_and_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = Table(title=EVIL, box=None)
    table.add_column(Text(EVIL))
    table.add_row(Text(f"[red]{EVIL}"))
    terminal(200).print(table, Text(EVIL), EVIL)
    terminal(200, error=True).print(Text(f"one {EVIL}\ntwo"))
    out, err = capsys.readouterr()
    assert is_safe(out + err)
    assert out.count("\\x1b[2J") == 5
    assert "[red]a" in out
    assert err.endswith("\ntwo\n")


def test_the_tables_of_a_run_and_of_experiments(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "mine.py"
    plugin.write_text(
        "from causattn.discovery.contract import CONTINUOUS, Algorithm, Capability, RunSettings\n"
        f"class Mine(Algorithm):\n    name = 'mine'\n    __doc__ = {f'One {EVIL}.'!r}\n"
        f"    paper = {EVIL!r}\n    run = None\n    settings = RunSettings\n"
        "    capability = Capability(data_kinds=CONTINUOUS)\nALGORITHM = Mine()\n"
    )
    assert main(["list", "discovery", "--plugins", str(plugin)]) == 0
    names = (EVIL, f"{EVIL}2")
    graph = CausalGraph.from_adjacency(
        np.array([[0, 1], [0, 0]]), names, direction="from row to column", algorithm=EVIL
    )
    evidence = pd.DataFrame({"source": [EVIL], "target": [names[1]], "verdict": [EVIL]})
    summary = {"graph": graph.summary(), "timing": {EVIL: 1.0}}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.yaml").write_text("seed: 0\n")
    run = write_results(
        tmp_path / "run", summary=summary, graph=graph, candidates=None, evidence=evidence
    )
    print_run(run)
    out, err = capsys.readouterr()
    assert is_safe(out + err)
    assert "owned" in out


def test_a_terminal_of_ascii_gets_escapes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="ascii") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        say("naïve → 名")
    assert (tmp_path / "out").read_text() == "na\\xefve \\u2192 \\u540d\n"


def test_names_are_listed_within_bounds() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([f"column{k}" for k in range(100_000)], 2) == ("column0, column1 and 99,998 more")
    assert len(listed(["x" * 10**6] * 3)) < 200
    assert listed(name for name in ("a", EVIL)).isprintable()
    assert nearest_name("colour", ["color", "size"]) == "color"
    assert nearest_name("x" * 10**6, ["color"]) is None
    assert visible("plain") == "plain"
    assert one_line(" two \n lines ") == "two lines"


def test_a_hundred_thousand_columns_make_a_short_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ",".join(f"column{k}" for k in range(100_000))
    (tmp_path / "wide.csv").write_text(f"{names}\n{'1,' * 99_999}1\n", encoding="utf-8")
    assert main(["run", "corpus=file", "corpus.path=wide.csv", "features=words"]) == 2
    said = capsys.readouterr().err
    assert len(said) < 1500
    assert "and 99,992 more; Set corpus.text" in said


@pytest.mark.parametrize("named", ["header", "cell", "file"])
def test_errors_of_a_file(
    named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    evil = EVIL.replace("\r\n", "")
    file = f"{evil}.csv" if named == "file" else "evil.csv"
    header = f"{evil},label" if named == "header" else "text,label"
    cell = evil if named == "cell" else "1"
    Path(file).write_text(f"{header}\nsome text,{cell}\nmore,2\n", encoding="utf-8")
    path = "corpus.path='" + file + "'"
    given = ["corpus=file", path, "corpus.label=label", "corpus.label_kind=continuous"]
    if named == "file":
        Path(file).write_text("text,label\n,1\n", encoding="utf-8")
    assert main(["run", *given, "features=words"]) == 2
    out, err = capsys.readouterr()
    assert is_safe(out + err)
    assert err.count("\n") == 1


def test_errors_of_python_too() -> None:
    with pytest.raises(DataError) as caught:
        load_corpus({"kind": "file", "path": f"{EVIL}.csv"}, 0)
    assert is_safe(str(caught.value))


@pytest.mark.parametrize(
    "override", [f"corpus.{EVIL}=1", f"corpus={EVIL}", f"{EVIL}", "x=${y\x1b}"]
)
def test_errors_of_the_command_line(override: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", override]) == 2
    out, err = capsys.readouterr()
    assert is_safe(out + err)


def test_repeated_names_of_a_wide_table_are_found_at_once() -> None:
    from causattn.discovery import pc

    table = np.zeros((3, 30_000))
    with pytest.raises(DataError, match="v0 stand"):
        pc(table, names=["v0", *(f"v{k}" for k in range(29_999))])
