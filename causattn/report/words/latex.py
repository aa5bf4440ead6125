"""A run's edges and their evidence as a table for a paper."""

from __future__ import annotations

from causattn.base import visible
from causattn.report.comparison.tables import Cell, TableRows
from causattn.report.words.evidence import EdgeRow, edge_rows
from causattn.report.words.truth import scored_by
from causattn.results import Run

_ARROWS = {"→": r"$\to$", "—": "--", "↔": r"$\leftrightarrow$", "o→": r"o$\to$", "o–o": "o--o"}
_COLUMNS = (
    ("data", "effect in the data"),
    ("refuters", "refuters"),
    ("verdict", "documents"),
    ("conditional", "conditional"),
    ("model", "effect on the model"),
    ("model_verdict", "model"),
    ("truth", "truth"),
)


def evidence_latex(run: Run) -> str:
    """Return the edges of a run's graph as LaTeX that needs the package booktabs.

    Columns that no edge fills are left out.
    """
    rows = edge_rows(run, digits=2)
    columns = [("score", scored_by(run)), *_COLUMNS]
    shown = [(name, title) for name, title in columns if any(getattr(row, name) for row in rows)]
    table = TableRows(
        name="evidence",
        caption=f"Edges of the graph found by {visible(run.graph.algorithm or 'an algorithm')}.",
        headers=["edge", *(title for _, title in shown)],
        rows=[[Cell(_edge(row)), *(Cell(_said(row, name)) for name, _ in shown)] for row in rows],
    )
    text = table.latex()
    # What LaTeX has no letter for in every engine.
    for arrow, command in sorted(_ARROWS.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(f" {arrow} ", f" {command} ")
    return text


def _said(row: EdgeRow, name: str) -> str:
    """Return a cell; an effect with what it is on, without marks that LaTeX has no letter for."""
    value, on = getattr(row, name), getattr(row, f"{name}_on", "")
    said = f"{value} on {on}" if value and on else value or "–"
    return said.replace("\u2068", "").replace("\u2069", "")


def _edge(row: EdgeRow) -> str:
    return f"{row.source} {row.arrow} {row.target}"
