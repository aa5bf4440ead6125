"""A run as its page's data."""

from __future__ import annotations

from typing import Any

from causattn.report.page.attention_data import attention_data
from causattn.report.page.circuit_data import circuit_data
from causattn.report.page.graph_data import graph_data
from causattn.report.page.pair_data import pair_data
from causattn.report.record.explained import examples_data
from causattn.report.record.reading import recorded
from causattn.results import Run


def run_data(run: Run) -> dict[str, Any]:
    """Return everything that the run's page draws, JSON-like."""
    kept = recorded(run)
    return {
        "kind": "run",
        "graph": graph_data(run),
        "attention": None if kept is None else attention_data(kept),
        "explained": examples_data(run),
        "circuit": circuit_data(run),
        "pairs": [] if kept is None else [pair_data(pair, title) for title, pair in kept.pairs],
    }
