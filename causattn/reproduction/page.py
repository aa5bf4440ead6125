"""The page of an experiment, and the one over all of them, as Markdown: the only writer of both."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from causattn.base import read_json
from causattn.reproduction.contract import Figure
from causattn.reproduction.record import PAGE, RESULT, Record

FIGURE_HEADER = ("figure", "published", "here", "agreed", "outcome", "proves", "note")
_SHOWN = ("causattn", "python", "torch", "transformers", "numpy")


def record_page(record: Record) -> str:
    """Return the page of one experiment."""
    findings = record.findings
    kind = " (short version)" if record.short else ""
    lines = [f"# {record.title}{kind}", ""]
    if record.paper:
        lines += [f"{record.paper}.", ""]
    lines += [record.claim, "", f"`{record.command}`", ""]
    lines += table(
        ("jobs", "seconds", "commit", "stale", "packages"),
        (
            [
                str(made["jobs"]),
                seconds(made),
                made["commit"] or "unknown",
                made.get("stale", ""),
                _packages(made),
            ]
            for made in record.made
        ),
    )
    if findings.figures:
        lines += ["", *table(FIGURE_HEADER, map(figure_row, findings.figures))]
    for title, rows in findings.tables.items():
        if len(rows):
            lines += ["", f"## {title}", ""]
            if title in findings.notes:
                lines += [findings.notes[title], ""]
            lines += frame(rows)
    for title, text in findings.notes.items():
        if title not in findings.tables:
            lines += ["", f"## {title}", "", text]
    for caption, path in findings.pictures.items():
        lines += ["", f"![{caption}]({path.name})", "", f"*{caption}*"]
    if findings.remarks:
        lines += ["", "## What to know", "", *(f"- {remark}" for remark in findings.remarks)]
    return "\n".join(lines) + "\n"


def overview_page(results: Path) -> str:
    """Return the page over all experiments that have a record in a folder of results."""
    found = [read_json(path) for path in sorted(results.glob(f"*/{RESULT}"))]
    lines = [
        "# Results",
        "",
        "One folder an experiment: `README.md` is its page, `result.json` what the page says, "
        "`rows.parquet` what each job measured, at which commit and with which packages. Written "
        "by `causattn reproduce`; nothing here is typed. *pass*: within what was agreed before; "
        "*gap*: outside; *shown*: nothing was agreed. *stale*: jobs measured by other code than "
        "there was at the page's writing, blank where that was not asked; `causattn reproduce NAME "
        "--stale` measures them again.",
        "",
        *table(
            (
                "experiment",
                "proves",
                "pass",
                "gap",
                "shown",
                "jobs",
                "stale",
                "seconds",
                "seed",
                "commit",
            ),
            map(_summary, found),
        ),
    ]
    if others := _others(results, {each["name"] for each in found}):
        lines += ["", "## Everything else", "", *others]
    for each in found:
        figures = [figure for figure in each["figures"] if figure["outcome"] == "gap"]
        if figures:
            lines += ["", f"## Gaps of {each['name']}", ""]
            header = ("figure", "published", "here", "note")
            keys = ("name", "published", "ours", "note")
            lines += table(header, ([cell(row[key]) for key in keys] for row in figures))
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


def frame(rows: pd.DataFrame) -> list[str]:
    """Return the lines of a Markdown table of a data frame, without its index."""
    values = rows.astype(object).where(rows.notna(), None)
    return table(list(map(str, rows.columns)), (map(cell, row) for row in values.to_numpy()))


def table(header: Sequence[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = ["| " + " | ".join(map(_escaped, header)) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(map(_escaped, row)) + " |" for row in rows]


def cell(value: Any) -> str:
    """Return a value as text: four significant digits, whole numbers whole, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    if not math.isfinite(value):
        return "none" if math.isnan(value) else str(value)
    return f"{value:.4g}" if value != int(value) or abs(value) >= 1e15 else f"{int(value)}"


def seconds(*made: Mapping[str, Any]) -> str:
    """Return how long jobs took together; older rows do not say."""
    known = [each["seconds"] for each in made]
    return "unknown" if None in known else f"{sum(known):.0f}"


def _others(results: Path, names: set[str]) -> list[str]:
    """Return a line for every other page: what no experiment of this kind wrote."""
    pages = []
    for path in sorted(results.rglob("*.md")):
        place = path.relative_to(results)
        skipped = place.parts[0] in (*names, "runs", "sweeps", "cache", "short")
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        if not skipped and len(place.parts) + (place.name != PAGE) > 1 and first.startswith("# "):
            pages.append(f"- [{first[2:]}]({place.as_posix()})")
    return pages


def _summary(kept: dict[str, Any]) -> list[str]:
    outcomes = [figure["outcome"] for figure in kept["figures"]]
    return [
        f"[{kept['title']}]({kept['name']}/README.md)",
        ", ".join(sorted({figure["label"] for figure in kept["figures"]})),
        *(str(outcomes.count(outcome)) for outcome in ("pass", "gap", "shown")),
        str(sum(made["jobs"] for made in kept["made"])),
        _stale(kept["made"]),
        seconds(*kept["made"]),
        str(kept["seed"]),
        ", ".join(dict.fromkeys(made["commit"] or "unknown" for made in kept["made"])),
    ]


def _stale(made: Sequence[Mapping[str, Any]]) -> str:
    """Return how many jobs are stale; older records do not say."""
    if not all("stale" in each for each in made):
        return ""
    return str(sum(each["jobs"] for each in made if each["stale"]))


def _packages(made: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {made['versions'][name]}" for name in _SHOWN if name in made["versions"]
    )


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
