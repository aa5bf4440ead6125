"""The recipes in CONTRIBUTING.md work: their files are written, then their commands are run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILE = re.compile(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MAIN = "import sys; from causattn.cli import main; sys.exit(main(sys.argv[1:]))"
RECIPES = {
    title: text
    for title, text in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    if COMMANDS.search(text)
}


def test_there_is_a_recipe_for_each() -> None:
    assert list(RECIPES) == [
        "An algorithm",
        "An independence test, a score",
        "A measure of attention",
        "A corpus",
        "A refuter",
        "A paper, a study, a benchmark",
    ]


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe(title: str, tmp_path: Path) -> None:
    for name, text in FILE.findall(RECIPES[title]):
        place = tmp_path / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")
    for line in "".join(COMMANDS.findall(RECIPES[title])).splitlines():
        program, *arguments = shlex.split(line)
        assert program == "causattn"
        if arguments[0] == "run":  # the pages of runs are tested elsewhere, and take time
            arguments.append("report=false")
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *arguments],
            cwd=tmp_path,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    runs = list(tmp_path.glob("results/runs/*"))
    pages = list(tmp_path.glob("*/results/README.md"))
    assert runs or pages
