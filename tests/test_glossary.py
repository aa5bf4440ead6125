"""Every word of the glossary is used in the code, and stands once, in order."""

import re
from pathlib import Path

import pytest

import causattn

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
WORDS = re.findall(r"^\| \*\*([^*]+)\*\* \|", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def text() -> str:
    files = [*Path(causattn.__file__).parent.rglob("*.py"), *(ROOT / "conf").rglob("*.yaml")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files).lower()


@pytest.mark.parametrize("word", WORDS)
def test_each_word_is_used(word: str, text: str) -> None:
    pattern = re.escape(word).replace(r"\ ", r"[\s_]")
    assert len(re.findall(rf"(?<![a-z]){pattern}s?(?![a-z])", text)) >= 3


def test_words_are_in_order_and_each_stands_once() -> None:
    assert len(WORDS) > 20
    assert sorted(set(WORDS)) == WORDS
