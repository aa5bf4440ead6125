"""A run's result as a short table in the terminal."""

from __future__ import annotations

from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from causattn.base import listed, terminal
from causattn.report.words.evidence import COLUMNS as KNOWN
from causattn.report.words.evidence import EdgeRow, edge_rows, known_effect_rows, missing_edges
from causattn.report.words.headline import headlines
from causattn.report.words.truth import scored_by
from causattn.results import Run

_MOST = 30
_STYLES = {
    "supported": "bold green",
    "robust": "green",
    "right": "green",
    "disputed": "yellow",
    "refuted": "red",
    "extra": "red",
    "reversed": "yellow",
    "open": "cyan",
    "unidentifiable": "cyan",
    "undecided": "yellow",
    "drawn": "dim",
    "opposite": "red",
    "unused": "yellow",
}
_COLUMNS = (
    ("score", "score"),
    ("effect in data", "data"),
    ("refuters", "refuters"),
    ("documents", "verdict"),
    ("conditional", "conditional"),
    ("effect on model", "model"),
    ("model", "model_verdict"),
    ("truth", "truth"),
)
_FOLDED = ("data", "conditional", "model")
_WIDTH_OF_A_FILE = 120


def print_run(run: Run, console: Console | None = None) -> None:
    """Print the edges with their evidence, the distance to the truth, and where the time went.

    Parameters
    ----------
    run
        A finished run.
    console
        Where to print; standard output by default.
    """
    console = console or terminal(_WIDTH_OF_A_FILE)
    rows = edge_rows(run, digits=2)
    if rows:
        console.print(_table(rows[:_MOST], scored_by(run)))
    else:
        console.print("The graph has no edges.")
    for line in _outcomes(rows[:_MOST]):
        console.print(_plain(line, "dim"))
    if len(rows) > _MOST:
        console.print(_plain(f"  and {len(rows) - _MOST} more edges in report.html", "dim"))
    missing = missing_edges(run.graph, run.truth)
    if missing:
        shown = ", ".join(missing[:_MOST])
        more = f" and {len(missing) - _MOST} more" if len(missing) > _MOST else ""
        console.print(_plain(f"Missing: {shown}{more}"))
    if known := known_effect_rows(run):
        table = Table(
            *KNOWN, box=SIMPLE_HEAD, pad_edge=False, header_style="bold", title_justify="left"
        )
        for effect in known:
            table.add_row(*effect)
        console.print(table)
    for line in headlines(run):
        console.print(_plain(f"{line}."))


def _table(rows: list[EdgeRow], scored: str) -> Table:
    """Return the table, without what is not known; `scored` names what scored the candidates."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("edge", overflow="fold")
    shown = [column for column in _COLUMNS if any(getattr(row, column[1]) for row in rows)]
    for title, name in shown:
        title = scored if name == "score" else title
        side: Literal["left", "right"] = "right" if name == "score" else "left"
        table.add_column(title, justify=side, no_wrap=name not in _FOLDED)
    for row in rows:
        cells = [Text(f"{row.source} {row.arrow} {row.target}")]
        for _, name in shown:
            value = getattr(row, name)
            if name == "refuters":  # which one failed is in the report
                value = value.partition(",")[0]
            cells.append(Text(value or "–", style=_STYLES.get(value, "" if value else "dim")))
        table.add_row(*cells)
    return table


def _outcomes(rows: list[EdgeRow]) -> list[str]:
    """Say of each column of effects what changes: ``Effect in data: P(dysp = yes), no to yes.``"""
    said = []
    for title, side in _COLUMNS:
        if side not in _FOLDED:
            continue
        by_values: dict[str, dict[str, None]] = {}  # outcomes, each once
        for row in rows:
            if getattr(row, side) and (on := getattr(row, f"{side}_on")):
                values = f", {row.data_values}" if side == "data" and row.data_values else ""
                by_values.setdefault(values, {})[on.removesuffix(values)] = None
        if by_values:
            each = (f"{listed(outcomes)}{values}" for values, outcomes in by_values.items())
            said.append(f"{title[0].upper()}{title[1:]}: on {'; '.join(each)}.")
    return said


def _plain(text: str, style: str = "") -> Text:
    """Return text that is not read as markup."""
    return Text(text, style=style)
