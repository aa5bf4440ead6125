"""How near to the true class each search comes, and how fast."""

from __future__ import annotations

from typing import Any

from causattn.reproduction import Context, Findings
from experiments.flop.page import draw, table_of


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Show how near and how fast each comes to the true class."""
    shown = table_of(rows)
    by = shown.set_index("algorithm")
    findings = Findings(tables={"CPDAGs against the true one, mean over graphs": shown})
    ours = {
        "mean SHD of ILS, 20 restarts": by.at["ILS, 20 restarts", "mean SHD"],
        "processor seconds of ILS a graph, 20 restarts": by.at[
            "ILS, 20 restarts", "median processor seconds"
        ],
    }
    findings.figures = [context.figure(name, float(value)) for name, value in ours.items()]
    findings.pictures["SHD against processor time, mean over graphs"] = draw(shown, context)
    return findings
