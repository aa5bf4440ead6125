"""A graph of heads as its page's data: where its parts stand, and its edges in single prompts."""

from __future__ import annotations

from typing import Any

from causattn.base import inside, read_json
from causattn.circuits import part_stage
from causattn.report.page.graph_data import plain
from causattn.results import Run

_LARGEST = 50_000_000


def circuit_data(run: Run) -> dict[str, Any] | None:
    """Return the level of every part, from below, and the examples; None for other graphs.

    ``without`` is what an edge without examples says; empty where every edge has them.
    """
    if "circuit" not in run.summary:
        return None
    names = run.graph.names
    path = run.folder / "circuit.json"
    there = path.is_file()
    small = there and inside(run.folder, path.name).stat().st_size <= _LARGEST
    found = plain(read_json(path)) if small else {"documents": [], "heads": {}, "edges": []}
    index = {name: k for k, name in enumerate(names)}
    for edge in found["edges"]:
        edge["source"], edge["target"] = index[edge["source"]], index[edge["target"]]
    without = ""
    if there and not small:
        without = (
            f"No prompts are shown: {path.name}, which holds them, is larger than "
            f"{_LARGEST // 10**6} MB."
        )
    elif found.pop("left_out", 0):
        count = len(found["edges"])
        without = f"Prompts are kept for the {count} edges of the largest effect alone."
    return {"levels": _levels(names), "without": without, **found}


def _levels(names: tuple[str, ...]) -> list[int]:
    """Return the row of every part, from the embedding at 0, layers without a part left out."""
    stages = [part_stage(name) for name in names]
    rows = {stage: k for k, stage in enumerate(sorted(set(stages)))}
    return [rows[stage] for stage in stages]
