"""Every task of docs/tasks.md is one command and three lines of Python, and both run."""

import re
import shlex
from pathlib import Path

import pytest

from causattn.cli import main
from causattn.report import View

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "tasks.md").read_text(encoding="utf-8")
PARTS = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^(<!-- setup -->\n)?```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PICTURE = re.compile(r"!\[.+?\]\((.+?)\)")
SMALL = ["corpus.documents=150", "effects=none", "controls=[]", "paths.cache=cache"]
# Without a page the run keeps no way to its model.
SMALL += [f"page.{key}=0" for key in ("documents", "examples", "surrogate")] + ["page.sample=2"]
SHORT = {"tiny_classifier": ["model.epochs=1"], "lstm": ["model.epochs=1", "model.width=16"]}


def test_there_are_nine() -> None:
    assert [title for title, _ in PARTS] == [
        "Heat map",
        "Head view, model view, neuron view",
        "Counterfactual",
        "High against low attention",
        "LIME, SHAP, integrated gradients",
        "Surrogate tree",
        "Word importance in an LSTM",
        "Attention of an encoder with a decoder",
        "Typical examples",
    ]


@pytest.mark.parametrize(("title", "text"), PARTS)
def test_a_task_is_one_command_and_three_lines_and_has_its_picture(title: str, text: str) -> None:
    blocks = [(kind, block) for setup, kind, block in BLOCK.findall(text) if not setup]
    commands = [block for kind, block in blocks if kind == "sh"]
    assert all(len(block.splitlines()) == 1 for block in commands)
    (python,) = (block for kind, block in blocks if kind == "python")
    assert len(python.splitlines()) <= 3
    pictures = PICTURE.findall(text)
    assert [f"output=docs/{name}" in block for name, block in zip(pictures, commands, strict=True)]
    for name in pictures:
        assert 2_000 < (DOCS / name).stat().st_size < 90_000, name


def test_all_of_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pages: list[int] = []
    monkeypatch.setattr(View, "show", lambda view: pages.append(len(view.html)))
    names: dict[str, object] = {}
    for _, kind, block in BLOCK.findall(PAGE):
        if kind == "python":
            exec(block, names)
            continue
        _, *words = shlex.split(block)
        if words[0] == "run":
            short = next(more for name, more in SHORT.items() if name in block)
            assert main([*words, *SMALL, *short]) == 0, block
        else:
            # A picture takes a browser; the page it is of does not.
            assert main([word.replace(".png", ".html") for word in words]) == 0, block
    assert len(pages) == 4
    written = {path.stem for path in (tmp_path / "docs" / "tasks").glob("*.html")}
    assert written == {Path(name).stem for name in PICTURE.findall(PAGE)}
    word = (tmp_path / "docs" / "tasks" / "swap.html").read_text(encoding="utf-8")
    assert "attentive" in word
