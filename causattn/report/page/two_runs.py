"""``causattn report A B``: two runs on one page, in one layout."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from causattn.base import visible
from causattn.report.page.rendering import render_page, write_page
from causattn.report.page.run_page import title_of
from causattn.report.words.differences import (
    Sides,
    all_names,
    edge_sides,
    joint_edges,
    metric_rows,
    rows_of_tests,
    setting_rows,
)
from causattn.report.words.truth import ATTENTION
from causattn.results import Run


def write_run_comparison(first: Run, second: Run, path: Path) -> Path:
    """Write two runs as one page and return its path.

    Parameters
    ----------
    first, second
        The runs, called A and B where their names are the same.
    path
        The page's file.

    Raises
    ------
    ArtefactError
        Where the page cannot be written.
    """
    sides = (first, second)
    data = comparison_data(sides)
    fates = Counter(edge[3] for edge in data["graph"]["edges"])
    page = render_page(
        "comparison.html",
        f"{data['titles'][0]} beside {data['titles'][1]}",
        data,
        counts=[(whose, fates.get(whose, 0)) for whose in ("both", "turned", "only A", "only B")],
        titles=data["titles"],
        folders=[visible(run.folder.name) for run in sides],
        commands=[visible(run.command) for run in sides],
        algorithms=[visible(run.graph.algorithm or "an unnamed algorithm") for run in sides],
    )
    return write_page(path, page)


def comparison_data(sides: Sides) -> dict[str, Any]:
    """Return everything that the page draws, JSON-like."""
    titles = _titles(sides)
    return {
        "kind": "comparison",
        "titles": titles,
        "graph": {
            "names": [visible(name) for name in all_names(sides)],
            "kind": "",
            "edges": joint_edges(sides),
            "truth": None,
            "screen": ATTENTION,
            "outcomes": [],
            "evidence": {"columns": []},
        },
        "sides": edge_sides(sides),
        "table": {
            "columns": _columns("metric", *titles, f"{titles[1]} − {titles[0]}", numeric=True),
            "rows": metric_rows(sides),
        },
        "tests": {"columns": _columns("pair", *titles), "rows": rows_of_tests(sides)},
        "settings": {"columns": _columns("setting", *titles), "rows": setting_rows(sides)},
    }


def _titles(sides: Sides) -> list[str]:
    """Return what the runs are called: by what differs, else A and B."""
    kinds = [str(run.config.get("discovery", {}).get("kind", "")) for run in sides]
    for names in (kinds, [title_of(run) for run in sides]):
        if all(names) and names[0] != names[1]:
            return [visible(name) for name in names]
    return ["A", "B"]


def _columns(first: str, *others: str, numeric: bool = False) -> list[dict[str, Any]]:
    return [
        {"name": first, "words": first, "numeric": False},
        *({"name": words, "words": words, "numeric": numeric} for words in others),
    ]
