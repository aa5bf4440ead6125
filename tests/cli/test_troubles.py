"""Messages point to sections of docs/errors.md that are there, readable without a network."""

import re
import tomllib
from pathlib import Path

import pytest

import causattn
from causattn.cli import main
from causattn.cli.compose import groups
from causattn.cli.explain import explained
from causattn.cli.troubles import troubles, troubles_page

ROOT = Path(causattn.__file__).parents[1]
SOURCE = "\n".join(
    # A sentence may be cut into strings anywhere.
    re.sub(r'"\s*f?"', "", path.read_text(encoding="utf-8"))
    for path in Path(causattn.__file__).parent.rglob("*.py")
)
POINTED = set(re.findall(r"causattn explain errors\.([\w-]+)", SOURCE))
PAGE = troubles_page().read_text(encoding="utf-8")


def test_every_pointer_has_its_section():
    assert len(POINTED) >= 10
    assert set(troubles()) >= POINTED


@pytest.mark.parametrize("name", troubles())
def test_a_section_says_message_cause_and_mend(name):
    section = troubles()[name]
    assert re.findall(r"^\*\*(\w+)\.\*\*", section, re.MULTILINE) == ["Message", "Cause", "Mend"]
    assert name in POINTED | {"nothing-found"}  # which no message can say


@pytest.mark.parametrize("key", sorted(set(re.findall(r"([a-z_]+\.[a-z_]+)=", PAGE))))
def test_keys_that_the_page_names_are_there(key):
    if key.partition(".")[0] in groups():
        assert explained(key)


def test_the_list_and_a_section_are_printed(capsys):
    assert main(["explain", "errors"]) == 0
    said = capsys.readouterr().out
    assert all(f"errors.{name} " in said for name in troubles())
    assert main(["explain", "errors.collinear"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("errors.collinear\n\nMessage. Some features are determined by others")
    assert "features.collinear=drop" in said
    assert "*" not in said


def test_an_installed_copy_has_the_page():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert ROOT / included["docs/errors.md"] == Path(causattn.__file__).parent / "errors.md"


def test_a_misspelt_section_is_a_sentence(capsys):
    assert main(["explain", "errors.colinear"]) == 2
    assert "did you mean errors.collinear?" in capsys.readouterr().err


def test_a_real_error_points_there(capsys, tmp_path):
    table = tmp_path / "data.csv"
    table.write_bytes(b"a,b\n1,caf\xe9\n")
    path = f"corpus.path={table}"
    assert main(["run", "corpus=file", path, f"paths.runs={tmp_path}"]) == 2
    said = capsys.readouterr().err
    section = re.search(r"more: causattn (explain errors\.[\w-]+)\.$", said.strip())
    assert section is not None
    assert main(section[1].split()) == 0
    assert "corpus.encoding=latin-1" in capsys.readouterr().out


# What stands for a name or a number of the user's in the page's messages.
FILLED = re.compile(r"\.\.\.|\([^)]*\)|\b[A-Z]+\b|=\S+|utf-8|\d+|discrete|continuous|values;")


@pytest.mark.parametrize("name", sorted(POINTED))
def test_messages_are_worded_as_the_code_words_them(name):
    first = troubles()[name].split("\n\n")[0]
    for message in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", first):
        parts = [part.strip(" ,;.") for part in FILLED.split(" ".join(message.split()))]
        said = [part for part in parts if len(part.split()) > 1]
        assert said
        assert [part for part in said if part not in SOURCE] == [], message


def test_the_collinear_section_quotes_what_is_said(capsys, tmp_path):
    table = tmp_path / "data.csv"
    rows = (f"{k % 7},{2 * (k % 7)},{k * k % 11}" for k in range(60))
    table.write_text("a,b,c\n" + "\n".join(rows), encoding="utf-8")
    places = [f"corpus.path={table}", f"paths.runs={tmp_path}"]
    assert main(["run", "corpus=table", *places]) == 2
    said = capsys.readouterr().err
    assert "causattn explain errors.collinear" in said
    start, _, _ = troubles()["collinear"].removeprefix("**Message.** *").partition("(")
    assert start
    assert start in said
