"""The evidence of a run in words: its edges, and effects known from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from causattn.base import visible, visible_sentence
from causattn.effects import DOCUMENT_VERDICTS, outcome_in_words, values_compared
from causattn.graphs import CausalGraph
from causattn.report.words import number
from causattn.report.words.truth import fates_by_pair, overlay
from causattn.results import Run

ARROWS = {"-->": "→", "<--": "←", "---": "—", "<->": "↔", "o->": "o→", "<-o": "←o", "o-o": "o–o"}


@dataclass(frozen=True)
class EdgeRow:
    """One edge of the graph with its evidence; texts are empty where nothing is known.

    `score` is that of the candidates (see `causattn.report.words.truth.scored_by`).
    """

    source: str
    arrow: str
    target: str
    score: str
    data: str
    adjustment: str
    refuters: str
    conditional: str
    model: str
    data_on: str
    data_values: str
    conditional_on: str
    model_on: str
    verdict: str
    model_verdict: str
    reason: str
    truth: str
    details: tuple[tuple[str, str], ...]


CONFOUNDED, MAY_BE_CONFOUNDED = "confounded", "may be confounded"
"""What a PAG's edge says that is no arrow: a hidden common cause joins the pair, or may do so."""


def edge_rows(run: Run, digits: int = 3) -> list[EdgeRow]:
    """Return the graph's edges, those with the clearest verdict first, then by name.

    Parameters
    ----------
    run
        A run.
    digits
        Significant digits of the numbers.
    """
    evidence = _by_pair(run.evidence)
    fates: Mapping[frozenset[str], str] = {}
    if run.truth is not None:
        fates = fates_by_pair(overlay(run.graph, run.truth))
    rows = [
        _row(edge, evidence.get((edge[0], edge[1]), {}), fates, digits)
        for edge in run.graph.edges()
    ]
    rank = {word: k for k, word in enumerate(DOCUMENT_VERDICTS)}
    rank |= {CONFOUNDED: rank["refuted"], MAY_BE_CONFOUNDED: rank["open"]}
    return sorted(rows, key=lambda row: (rank.get(row.verdict, 99), row.source, row.target))


def missing_edges(
    graph: CausalGraph, truth: CausalGraph | None, shown: Callable[[str], str] = visible
) -> list[str]:
    """Return the truth's edges whose pair the graph does not join, in words; `shown` the names."""
    if truth is None:
        return []
    return [
        f"{shown(edge.source)} {ARROWS.get(edge.symbol, edge.symbol)} {shown(edge.target)}"
        for edge in overlay(graph, truth)
        if edge.fate == "missing"
    ]


def effect_on(row: Mapping[Any, Any], side: str, width: int | None = None) -> str:
    """Return what an effect is on, level and unit: ``P(stars = 5), bad to good``.

    Parameters
    ----------
    row
        A row of the evidence table.
    side
        ``"data"``, ``"model"`` or ``"conditional"``.
    width
        The most characters of a name or level.
    """
    on = outcome_in_words(row, side, width)
    compared = _values(row, width) if on and side == "data" else ""
    return f"{on}, {compared}" if compared else on


def _values(row: Mapping[Any, Any], width: int | None = None) -> str:
    """Return which values of the cause are compared, ``bad to good``; empty where none are."""
    compared = values_compared(row, width)
    return "" if compared is None else f"{compared[0]} to {compared[1]}"


def _interval(row: Mapping[str, Any], side: str, digits: int) -> str:
    """Return an estimate with its interval, empty where there is none."""
    estimate, low, high = (row.get(f"{side}_{part}") for part in ("estimate", "low", "high"))
    if _unknown(estimate):
        return ""
    if _unknown(low) or _unknown(high):
        return number(estimate, digits)
    shown = [number(value, digits) for value in (estimate, low, high)]
    return f"{shown[0]} [{shown[1]}, {shown[2]}]"


def _row(
    edge: tuple[str, str, str], row: Mapping[str, Any], fates: Mapping[Any, str], digits: int
) -> EdgeRow:
    source, target, symbol = edge
    adjustment = row.get("data_adjustment")
    score = row.get("candidate_score")
    if symbol != "-->" and not _unknown(row.get("candidate_strength")):
        score = row["candidate_strength"]  # of both directions, since the edge has none
    return EdgeRow(
        source=visible(source),
        arrow=ARROWS.get(symbol, symbol),
        target=visible(target),
        score="" if _unknown(score) else number(score, digits),
        data=_interval(row, "data", digits),
        adjustment=_list(adjustment),
        refuters=_refuters(row),
        conditional=_interval(row, "conditional", digits),
        model=_interval(row, "model", digits),
        data_on=effect_on(row, "data"),
        data_values=_values(row),
        conditional_on=effect_on(row, "conditional"),
        model_on=effect_on(row, "model"),
        verdict=verdict_shown(symbol, _text(row.get("verdict"))),
        model_verdict=_text(row.get("model_verdict")),
        reason=_text(row.get("verdict_reason")),
        truth=fates.get(frozenset((source, target)), ""),
        details=tuple(
            (name.replace("_", " "), shown)
            for name, value in row.items()
            if name not in ("source", "target") and (shown := _plain(value))
        ),
    )


def verdict_shown(symbol: str, verdict: str) -> str:
    """Return what the page says of an edge: where a hidden cause may act, that is the answer."""
    if symbol == "<->" and verdict == "absent":
        return CONFOUNDED
    if "o" in symbol and verdict == "open":
        return MAY_BE_CONFOUNDED
    return verdict


def _refuters(row: Mapping[str, Any]) -> str:
    """Return how many refuters the estimate passed, and which it failed."""
    outcomes = {
        name.removesuffix("_outcome"): value
        for name, value in row.items()
        if name.endswith("_outcome")
    }
    ran = {name: outcome for name, outcome in outcomes.items() if outcome in ("passed", "failed")}
    if not ran:
        return ""
    failed = [name.replace("_", " ") for name, outcome in ran.items() if outcome == "failed"]
    return f"{len(ran) - len(failed)}/{len(ran)}" + (f", not {', '.join(failed)}" if failed else "")


def _by_pair(evidence: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for row in evidence.to_dict("records"):
        named = {str(name): value for name, value in row.items()}
        found[str(row["source"]), str(row["target"])] = named
    return found


def _list(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    return ", ".join(map(visible, value)) or "nothing"


def _plain(value: Any) -> str:
    """Return any value of the evidence table in words, empty where it is not known."""
    if isinstance(value, str):
        return visible(value)
    if hasattr(value, "__len__"):
        return _list(value)
    if _unknown(value):
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    return number(float(value))


def _text(value: Any) -> str:
    """Return a word or sentence of the table, empty where it is not known."""
    return visible_sentence(value) if isinstance(value, str) else ""


def _unknown(value: Any) -> bool:
    return value is None or value is pd.NA or value != value


COLUMNS = ("aspect", "reviews", "naive", "adjusted", "people, dev", "people, test")


class KnownEffect(NamedTuple):
    """One row as text: an aspect's effect by each way of asking."""

    aspect: str
    reviews: str
    naive: str
    adjusted: str
    people_dev: str
    people_test: str


def known_effect_rows(run: Run) -> list[KnownEffect]:
    """Return the rows of the table; none where nothing is known from elsewhere."""
    rows = run.summary.get("effects", {}).get("known") or []
    return [
        KnownEffect(
            visible(str(row["aspect"])),
            number(row["reviews"]),
            _with_interval(row, "naive"),
            _with_interval(row, "adjusted"),
            _of_people(row, "dev"),
            _of_people(row, "test"),
        )
        for row in rows
    ]


def _with_interval(row: dict[str, float], name: str) -> str:
    return f"{row[name]:.3f} [{row[f'{name}_low']:.2f}, {row[f'{name}_high']:.2f}]"


def _of_people(row: dict[str, float], split: str) -> str:
    value = row.get(f"human_{split}")
    return "" if value is None else f"{value:.3f} (n {row[f'human_{split}_pairs']:.0f})"
