"""The graph and its evidence as the page's data: exact numbers, columns by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from causattn.base import visible, visible_sentence
from causattn.effects import evidence_columns
from causattn.graphs import CausalGraph
from causattn.report.words.evidence import verdict_shown
from causattn.report.words.truth import overlay, scored_by
from causattn.results import Run

SYMBOL_TURNED = {"-->": "<--", "<--": "-->", "o->": "<-o", "<-o": "o->"}


def graph_data(run: Run) -> dict[str, Any]:
    """Return names, edges with their fate, and the evidence table, JSON-like."""
    names = [visible(name) for name in run.graph.names]
    return {
        "names": names,
        "kind": run.graph.kind,
        "edges": edges_of(run.graph, run.truth),
        "truth": None if run.truth is None else run.truth.kind,
        "screen": visible(scored_by(run)),
        "outcomes": outcomes_of(run),
        "evidence": evidence_data(run.evidence, run.graph.names),
    }


def outcomes_of(run: Run) -> list[int]:
    """Return which variables are the label or the model's output, as far as the run says."""
    named = set(run.summary.get("features", {}).get("outcomes") or ())
    evidence = run.evidence
    if {"model_reads", "target"} <= set(evidence.columns):
        named |= set(evidence["target"][evidence["model_reads"] == "output"])
    return [k for k, name in enumerate(run.graph.names) if name in named]


def edges_of(graph: CausalGraph, truth: CausalGraph | None) -> list[list[Any]]:
    """Return ``[source, target, symbol, fate]`` of each edge, those only in the truth, too."""
    index = {name: k for k, name in enumerate(graph.names)}
    if truth is None:
        return [[index[e.source], index[e.target], e.symbol, None] for e in graph.edges()]
    drawn = overlay(graph, truth)
    return [[index[e.source], index[e.target], e.symbol, e.fate] for e in drawn]


def evidence_data(frame: pd.DataFrame, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the evidence table column by column, empty columns left out.

    ``columns`` holds ``[name, type, meaning, values]``; the first two, source and target, are
    indices of names.
    """
    index = {name: k for k, name in enumerate(names)}
    columns: list[list[Any]] = []
    for column in evidence_columns():
        if column.name not in frame.columns:
            continue
        series = frame[column.name]
        if column.name in ("source", "target"):
            columns.append([column.name, "index", column.meaning, [index[v] for v in series]])
            continue
        if column.name == "verdict":
            series = pd.Series(map(_verdict, frame.to_dict("records")), dtype=object)
        values = [plain(value) for value in series]
        if any(value is not None for value in values):
            columns.append([column.name, column.type, column.meaning, values])
    return {"columns": columns}


def _verdict(row: Mapping[Any, Any]) -> Any:
    """Return a row's verdict in the words of the tables."""
    symbol, verdict = row.get("discovery_edge"), row["verdict"]
    return verdict_shown(symbol, verdict) if isinstance(symbol, str) else verdict


def plain(value: Any) -> Any:
    """Return a value as JSON holds it: None where it is not known, texts made visible."""
    if value is None or value is pd.NA:
        return None
    if isinstance(value, str):
        return visible_sentence(value)
    if isinstance(value, Mapping):
        return {visible(key): plain(item) for key, item in value.items()}
    if hasattr(value, "__len__"):
        return [plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
