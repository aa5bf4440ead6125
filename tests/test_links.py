"""Every link from one of our pages to a place in this repository leads somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
MADE = ("results/runs", "results/sweeps", "results/cache")


def pages() -> list[str]:
    """Return every page but what git ignores, from the checkout's top."""
    found = [*ROOT.glob("*.md")]
    for folder in ("docs", "experiments", "results", "tests"):
        found += (ROOT / folder).rglob("*.md")
    names = sorted(path.relative_to(ROOT).as_posix() for path in found)
    return [name for name in names if not name.startswith(tuple(f"{made}/" for made in MADE))]


def anchors(text: str) -> set[str]:
    """Return what a link may have behind ``#``, as GitHub names headings."""
    headings = re.findall(r"^#+ +(.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", each.strip().lower()).replace(" ", "-") for each in plain}


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(page):
    place = ROOT / page
    text = place.read_text(encoding="utf-8")
    broken = []
    for link in LINK.findall(CODE.sub(lambda code: "`" if "\n" not in code[0] else "", text)):
        path, _, anchor = unquote(link).partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = (place.parent / path).resolve() if path else place
        if not target.exists() or not target.is_relative_to(ROOT):
            broken.append(link)
        elif anchor and target.suffix == ".md":
            there = anchors(target.read_text(encoding="utf-8"))
            broken += [link] if anchor not in there else []
    assert not broken, f"{page}: {', '.join(broken)}"


def test_pages_are_looked_at():
    assert {"README.md", "results/README.md", "experiments/headline/claim.md"} <= set(pages())


def test_headings_are_named_as_their_links_are():
    assert anchors("# A `run`, *twice*\n```\n# no\n```\n## [x](y) z") == {"a-run-twice", "x-z"}
