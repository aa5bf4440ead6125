"""``report.html``: a run on one page, in one file that needs no network.

The page's script and style are the package's own, named in its content-security policy by their
hash; no other runs, and nothing is loaded: whatever a token, a label or a path says, it is text.
Figures are inlined as images, which cannot run anything either. Where scripts are off, tables and
figures are there all the same.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from causattn.base import flat, inside, visible
from causattn.report.page.rendering import render_page, write_page
from causattn.report.page.run_data import run_data
from causattn.report.record.explained import has_document_examples
from causattn.report.record.reading import recorded
from causattn.report.record.surrogate import read_surrogate, surrogate_line
from causattn.report.words import isolated, number
from causattn.report.words.evidence import COLUMNS as KNOWN
from causattn.report.words.evidence import (
    edge_rows,
    known_effect_rows,
    missing_edges,
)
from causattn.report.words.finding import finding
from causattn.report.words.headline import (
    discovery_line,
    headlines,
)
from causattn.report.words.truth import (
    ATTENTION,
    chosen_pairs,
    prevalence,
    scored_by,
    scored_by_data,
    screen_qualities,
)
from causattn.results import WENT, Run

_LARGEST = 20_000_000
_CAPTIONS = {
    "graph": "Causes stand above effects.",
    "attention": "A row attends, a column is attended to; the mean over documents.",
    "candidates": "Each screen ranks all pairs; the ring marks the pairs that discovery may join.",
    "effects": "Each directed edge, its adjustment set taken from the graph.",
    "circuit": "Shares of the way from what stands in the prompts' place (0) to the prompts (1).",
    "surrogate": "Each leaf has the model's mean log-odds and how many documents come there.",
}


def write_report(run: Run, path: Path | None = None) -> Path:
    """Write a run's ``report.html`` and return its path.

    Parameters
    ----------
    run
        The run, with its results and figures written.
    path
        The page's file; ``report.html`` in the run's folder by default.
    """
    page = render_page("run.html", title_of(run), run_data(run), **_content(run))
    return write_page(path or run.folder / "report.html", page)


def _content(run: Run) -> dict[str, Any]:
    """Return everything that the page shows.

    Nothing of it differs from one time to the next: the same run gives the same bytes. How long
    it took stands in ``timing.json``.
    """
    rows, kept = edge_rows(run, digits=2), recorded(run)
    surrogate = read_surrogate(run)
    missing = missing_edges(run.graph, run.truth, isolated)
    metrics = {key: value for key, value in run.summary.items() if key not in WENT}
    return {
        "command": visible(run.command),
        "lead": _lead(run),
        "finding": finding(run),
        "tiles": list(_tiles(run)),
        "lines": headlines(run, timed=False),
        "rows": rows,
        "scored_by": scored_by(run),
        "has": {
            name: any(getattr(row, name) for row in rows)
            for name in (
                "score",
                "data",
                "refuters",
                "conditional",
                "model",
                "model_verdict",
                "truth",
            )
        },
        "missing": missing,
        "known_columns": KNOWN,
        "known": known_effect_rows(run),
        "qualities": screen_qualities(run),
        "chosen": chosen_pairs(run),
        "blind": prevalence(run),
        "figures": {name: _figure(run, name) for name in _CAPTIONS},
        "surrogate": "" if surrogate is None else surrogate_line(surrogate),
        "discovery": discovery_line(run),
        "has_attention": kept is not None,
        "has_documents": has_document_examples(run),
        "has_pairs": kept is not None and bool(kept.about["pairs"] or kept.about["pairs_reasons"]),
        "pairs_reasons": [] if kept is None else [visible(r) for r in kept.about["pairs_reasons"]],
        "keys": [
            ("Settings", _shown(run.config)),
            ("All metrics, with versions", _shown(metrics)),
        ],
    }


def _lead(run: Run) -> str:
    """Return what the graph is and what proposed its pairs, a sentence."""
    if "circuit" in run.summary:
        return "The graph of a language model on a task, every edge patched."
    return f"A graph of what the documents say, from {_source(run)}; {_checked(run)}."


def _checked(run: Run) -> str:
    """Return how many of the arrows have an effect of their own, in the data or on the model."""
    if run.config.get("effects", {}).get("kind") == "none":
        return "its arrows were not checked (effects=none)"
    evidence = run.evidence
    if "discovery_directed" not in evidence:
        return "its arrows were not checked"
    arrows = evidence[evidence["discovery_directed"].astype(bool)]
    sides = [f"{side}_estimate" for side in ("data", "model") if f"{side}_estimate" in evidence]
    done = int(arrows[sides].notna().any(axis=1).sum())
    if not len(arrows):
        return "it has no arrow to check"
    if done == len(arrows):
        return "each arrow was checked"
    return f"{done or 'none'} of its {len(arrows)} arrows could be checked"


def _source(run: Run) -> str:
    """Return what the graph came from, in words: what proposed its pairs."""
    if "allowed" not in run.candidates:
        return "the data alone"
    scored = scored_by(run)
    if scored_by_data(run):
        return f"the data alone, pairs proposed by {visible(scored)}"
    whose = "a language model" if scored == ATTENTION else "a language model's predictions"
    return f"{'the attention' if scored == ATTENTION else visible(scored)} of {whose}"


def title_of(run: Run) -> str:
    """Return what a run is called on its page: its corpus and seed."""
    corpus = run.config.get("corpus", {})
    names = [corpus.get(key) for key in ("network", "name", "path") if corpus.get(key)]
    what = Path(str(names[0])).name if names else corpus.get("kind", run.folder.name)
    return f"{what}, seed {run.config.get('seed', '?')}"


def _tiles(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the metrics at the top of the page: label and value."""
    summary = run.summary
    graph, candidates = summary.get("graph", {}), summary.get("candidates", {})
    yield "parts" if "circuit" in summary else "features", str(run.graph.size)
    documents = summary.get("corpus", {}).get("documents")
    if documents is not None:
        yield "documents", number(documents)
    if "allowed" in run.candidates:
        yield "candidate pairs", str(int(run.candidates["allowed"].sum()) // 2)
    for label, room, name in (
        ("candidate AUC", candidates, "auc"),
        ("average precision", candidates, "average_precision"),
    ):
        if isinstance(room.get(name), int | float):
            yield label, number(room[name])
    yield "edges", str(run.graph.edge_count)
    if (circuit := summary.get("circuit")) is not None:
        yield "paths", number(circuit["paths"]["kept"])
        yield "faithfulness", f"{circuit['faithfulness']:.0%}"
        yield "lost without them", f"{circuit['completeness']:.0%}"
    for label, name in (("SHD to the truth", "shd"), ("adjacency F1", "adjacency_f1")):
        if isinstance(graph.get(name), int | float):
            yield label, number(graph[name])


def _figure(run: Run, name: str) -> dict[str, str] | None:
    """Return a figure as a data address with its caption, None where there is none."""
    path = run.folder / "figures" / f"{name}.svg"
    if not path.is_file() or inside(run.folder, f"figures/{name}.svg").stat().st_size > _LARGEST:
        return None
    data = base64.b64encode(path.read_bytes()).decode()
    caption = _CAPTIONS[name]
    if name == "effects" and "circuit" in run.summary:
        caption = "Each edge patched alone, on prompts that the graph was not found on."
    if name == "attention" and scored_by(run) != ATTENTION:
        caption = "A row is explained, a column contributes; the mean over documents, unsigned."
        if scored_by_data(run):
            caption = "The score of each pair, from the values alone."
    return {"data": f"data:image/svg+xml;base64,{data}", "caption": caption, "name": name}


def _shown(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a nested mapping as dotted keys and values, fit to be shown."""
    return [(visible(key), visible(_worded(item))) for key, item in flat(value)]


def _worded(value: Any) -> str:
    """Return a setting or metric in words."""
    if isinstance(value, float):
        return number(value, 4)
    return "–" if value is None else str(value)
