"""The pages of a reproduction, and the one that gathers all of them, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from causattn.papers.outcome import Outcome
    from causattn.papers.paper import Figure

_HEADER = ("figure", "published", "here", "agreed", "outcome", "proves", "note")


def outcome_page(outcome: Outcome) -> str:
    """Return the page of one reproduction."""
    kind = " (short version)" if outcome.short else ""
    lines = [
        f"# {outcome.paper}{kind}",
        "",
        outcome.citation,
        "",
        outcome.claim,
        "",
        f"`{outcome.command}`, seed {outcome.seed}, {outcome.seconds:g} s, commit "
        f"{outcome.commit or 'unknown'}, {_versions(outcome.versions)}",
        "",
        *table(_HEADER, map(figure_row, outcome.figures)),
    ]
    for title, rows in outcome.tables.items():
        if rows:
            header = list(rows[0])
            lines += ["", f"## {title}", ""]
            lines += table(header, ([cell(row.get(key)) for key in header] for row in rows))
    for caption, name in outcome.pictures.items():
        lines += ["", f"![{caption}]({name})", "", f"*{caption}*"]
    if outcome.remarks:
        lines += ["", "## What to know", "", *(f"- {remark}" for remark in outcome.remarks)]
    return "\n".join(lines) + "\n"


def figure_row(figure: Figure) -> list[str]:
    """Return a figure as the cells of its row."""
    return [
        figure.name,
        cell(figure.published),
        cell(figure.ours),
        figure.tolerance,
        figure.outcome,
        figure.label,
        figure.note,
    ]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = ["| " + " | ".join(map(_escaped, header)) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(map(_escaped, row)) + " |" for row in rows]


def cell(value: Any) -> str:
    """Return a value as text: four significant digits, whole numbers whole, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    return f"{value:.4g}" if value != int(value) or abs(value) >= 1e15 else f"{int(value)}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _versions(found: dict[str, str]) -> str:
    shown = ("causattn", "python", "torch", "transformers", "numpy")
    return ", ".join(f"{name} {found[name]}" for name in shown if name in found)
