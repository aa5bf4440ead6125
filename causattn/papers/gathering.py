"""The page over all results: every reproduced figure in one table, and where everything else is."""

from __future__ import annotations

from pathlib import Path

from causattn.papers.outcome import Outcome, read_outcome
from causattn.papers.pages import cell, figure_row, table
from causattn.papers.registry import PAPERS

_FIGURE = ("figure", "published", "here", "agreed", "outcome", "proves", "note")


def gathering_page(results: Path) -> str:
    """Return the page, Markdown, over what lies in a folder of results.

    Parameters
    ----------
    results
        Holds ``papers/`` as `write_outcome` fills it, and any other pages.
    """
    outcomes = [
        read_outcome(path)
        for name in PAPERS
        if (path := results / "papers" / f"{name}.json").is_file()
    ]
    missing = [name for name in PAPERS if not (results / "papers" / f"{name}.json").is_file()]
    lines = [
        "# Results",
        "",
        "Written by `causattn reproduce` from the JSON files beside it; nothing here is typed. "
        "*pass*: within what was agreed before; *gap*: outside; *shown*: nothing was agreed.",
        "",
        "## Papers",
        "",
        *table(
            ("paper", "proves", "pass", "gap", "shown", "seconds", "seed", "command", "commit"),
            map(_summary, outcomes),
        ),
    ]
    if missing:
        lines += ["", f"Not run yet: {', '.join(missing)}."]
    lines += ["", "## Everything else", ""]
    lines += [f"- [{title}]({link})" for title, link in _other_pages(results)]
    for outcome in outcomes:
        lines += ["", f"## {outcome.paper}", "", f"{outcome.citation}. {outcome.claim}", ""]
        lines += table(_FIGURE, map(figure_row, outcome.figures))
        lines += ["", *(f"- {remark}" for remark in outcome.remarks)]
    return "\n".join(lines).rstrip() + "\n"


def _summary(outcome: Outcome) -> list[str]:
    counts = [figure.outcome for figure in outcome.figures]
    return [
        f"[{outcome.paper}](papers/{outcome.paper}.md)",
        ", ".join(sorted({figure.label for figure in outcome.figures})),
        *(str(counts.count(kind)) for kind in ("pass", "gap", "shown")),
        cell(outcome.seconds),
        str(outcome.seed),
        f"`{outcome.command}`",
        outcome.commit or "",
    ]


def _other_pages(results: Path) -> list[tuple[str, str]]:
    """Return title and link of every other page that is kept, by path."""
    pages = []
    for path in sorted(results.rglob("*.md")):
        relative = path.relative_to(results)
        if relative.parts[0] in ("papers", "runs", "sweeps", "cache") or len(relative.parts) > 3:
            continue
        first = path.read_text(encoding="utf-8").splitlines()[:1]
        if relative != Path("README.md") and first and first[0].startswith("# "):
            pages.append((first[0][2:], relative.as_posix()))
    return pages
