"""Plain words: some are not used, in names, docstrings, messages, options and pages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACES = ("causattn", "conf", "docs", "experiments", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
ENDINGS = {".py", ".md", ".yaml", ".html", ".ts"}
KEPT = re.compile(r"carriers_found_anew")
"""Names in stored tables."""
RECORDED = ("experiments/cebab", "experiments/mediation")
"""Their records have columns with such names; results are not written by hand."""
INSTEAD = {
    r"foretell\w*|foretold": "predict, predicted",
    r"(?:un)?told": "given, set, said",
    r"tell(?:s|ing)?": "give, say, show, distinguish",
    r"anew": "again",
    r"all figures": "all metrics, all numbers",
    r"usual figures": "usual metrics",
}


def files() -> list[Path]:
    found = []
    for place in PLACES:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*"))
    return [
        path
        for path in found
        if path.suffix in ENDINGS
        and "node_modules" not in path.parts
        and not str(path.relative_to(ROOT)).startswith(RECORDED)
    ]


@pytest.mark.parametrize("word", INSTEAD)
def test_a_word_is_not_used(word: str) -> None:
    # Also inside names in code: `_told`, `told_apart`.
    pattern = re.compile(rf"(?<![a-z])(?:{word})(?![a-z])", re.IGNORECASE)
    places = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(KEPT.sub("", line))
    ]
    assert places == [], f"say {INSTEAD[word]}"
