import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from causattn.cli.completion import complete

SCRIPT = """\
eval "$(causattn run -sc install=bash)"
COMP_LINE="$1"; COMP_POINT=${#COMP_LINE}
COMP_WORDS=($COMP_LINE)
[[ "$COMP_LINE" == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
$(complete -p causattn | sed 's/.*-F \\([^ ]*\\).*/\\1/')
echo "${COMPREPLY[*]}"
"""
CASES = [
    (
        "causattn ",
        "run sweep init look collect compare report export explain cache reproduce list",
    ),
    ("causattn sweep seed=1 discovery=", "discovery=ges discovery=pc"),
    # Each asks Hydra anew, some seconds.
    pytest.param("causattn run disc", "discovery. discovery=", marks=pytest.mark.slow),
    pytest.param(
        "causattn run corpus.", "corpus.kind= corpus.path= corpus.size=", marks=pytest.mark.slow
    ),
]


@pytest.mark.parametrize(
    ("line", "expected"),
    [("causattn sw", "sweep"), ("causattn re", "report reproduce"), ("causattn report ", "")],
)
def test_tab_in_a_subcommand(
    line: str, expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMP_LINE", line)
    assert complete(["query=bash"], ["run", "sweep", "report", "reproduce"]) == 0
    assert capsys.readouterr().out.strip() == expected


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_tab_in_a_real_bash(
    line: str, expected: str, program: Callable[[], Path], tmp_path: Path
) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    path = f"{program().parent}{os.pathsep}{os.environ['PATH']}"
    (tmp_path / "empty").mkdir()
    done = subprocess.run(
        [bash, "-c", SCRIPT, "bash", line],
        env=os.environ | {"PATH": path},
        cwd=tmp_path / "empty",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected, (line, done.stderr)
