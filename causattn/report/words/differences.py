"""Two runs side by side: whose edges, metrics, settings, and the tests on which they differ.

An edge is ``both`` where the two graphs have it with the same marks, ``turned`` where both join
the pair otherwise, ``only A`` or ``only B`` where one of them joins it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from causattn.base import flat, visible
from causattn.graphs import CausalGraph, Edge, added_metrics
from causattn.report.words import isolated, number
from causattn.report.words.evidence import ARROWS, EdgeRow, edge_rows
from causattn.report.words.truth import scored_by
from causattn.results import Run

Sides = tuple[Run, Run]
_METRICS = (
    ("graph.shd", "SHD to the truth"),
    ("graph.adjacency_precision", "adjacency precision"),
    ("graph.adjacency_recall", "adjacency recall"),
    ("graph.adjacency_f1", "adjacency F1"),
    ("graph.arrowhead_f1", "arrowhead F1"),
    ("graph.parent_aid", "parent AID"),
    ("graph.edges", "edges"),
    ("graph.tests", "tests"),
    ("graph.score", "score"),
    ("candidates.pairs", "candidate pairs"),
    ("candidates.auc", "candidate AUC"),
    ("candidates.average_precision", "average precision of the candidates"),
    ("evidence.supported.edges", "arrows supported (documents)"),
    ("evidence.robust.edges", "arrows robust (documents)"),
    ("evidence.consistent.edges", "arrows consistent (documents)"),
    ("evidence.disputed.edges", "arrows disputed (documents)"),
    ("evidence.refuted.edges", "arrows refuted (documents)"),
    ("evidence.used", "pairs that the model uses"),
    ("evidence.unused", "pairs that the model does not use"),
    ("timing.discovery_s", "seconds of discovery"),
)


def all_names(sides: Sides) -> list[str]:
    """Return the variables of both graphs, the first one's first."""
    return list(dict.fromkeys([*sides[0].graph.names, *sides[1].graph.names]))


def joint_edges(sides: Sides) -> list[list[Any]]:
    """Return ``[source, target, symbol, whose]`` of every pair that either graph joins."""
    index = {name: k for k, name in enumerate(all_names(sides))}
    first, second = (_by_pair(run.graph) for run in sides)
    found = []
    for pair, edge in (second | first).items():
        if pair in first and pair in second:
            whose = "both" if _marks(first[pair]) == _marks(second[pair]) else "turned"
        else:
            whose = "only A" if pair in first else "only B"
        found.append([index[edge.source], index[edge.target], edge.symbol, whose])
    return found


def edge_sides(sides: Sides) -> dict[str, list[list[str]]]:
    """Return what each run says of each pair: ``[what, A, B]``, by ``"source,target"``."""
    names = all_names(sides)
    rows = [_rows_by_pair(run) for run in sides]
    graphs = [_by_pair(run.graph) for run in sides]
    scored = " or ".join(dict.fromkeys(visible(scored_by(run)) for run in sides))
    found = {}
    for source, target, *_ in joint_edges(sides):
        pair = frozenset((names[source], names[target]))
        edges = [_arrow(graph.get(pair), names[source]) for graph in graphs]
        lines = [["edge", *edges]]
        for name, words in (
            ("score", scored),
            ("data", "effect in the data"),
            ("adjustment", "given"),
            ("refuters", "refuters passed"),
            ("verdict", "verdict about the documents"),
            ("conditional", "the model's conditional"),
            ("model", "effect on the model"),
            ("model_verdict", "verdict about the model"),
            ("truth", "truth"),
        ):
            values = [getattr(row[pair], name) if pair in row else "" for row in rows]
            if any(values):
                lines.append([words, *(value or "–" for value in values)])
        found[f"{source},{target}"] = lines
    return found


def metric_rows(sides: Sides) -> list[list[Any]]:
    """Return ``[what, A, B, B minus A]`` of the metrics that either run has."""
    flats = [dict(flat(run.summary)) for run in sides]
    rows: list[list[Any]] = []
    for key, words in (*_METRICS, *added_metrics().items()):
        known = [each.get(key) for each in flats]
        values = [value if isinstance(value, int | float) else None for value in known]
        if any(value is not None for value in values) and not _unasked(key, values):
            a, b = values
            gap = None if a is None or b is None else b - a
            rows.append([words, *values, gap])
    return rows


def _unasked(key: str, values: list[Any]) -> bool:
    """Return whether a metric counts verdicts of a kind that neither run has."""
    return key.startswith("evidence.") and not any(values)


def setting_rows(sides: Sides) -> list[list[str]]:
    """Return ``[key, A, B]`` of the settings on which the runs differ."""
    flats = [dict(flat(run.config)) for run in sides]
    keys = dict.fromkeys([*flats[0], *flats[1]])
    return [
        [visible(key), *(visible(_worded(each.get(key))) for each in flats)]
        for key in keys
        if flats[0].get(key) != flats[1].get(key) and not key.startswith("paths.")
    ]


def rows_of_tests(sides: Sides) -> list[list[str]]:
    """Return ``[pair, A, B]`` where the runs came to other ends on a pair that either separated.

    Pairs that one separated and the other joined come first, then those that one of them had no
    need to test, and last those that both separated, by other sets.
    """
    groups: tuple[list[list[str]], ...] = ([], [], [])
    separated = [_separated(run.graph) for run in sides]
    graphs = [_by_pair(run.graph) for run in sides]
    pairs = dict.fromkeys([*separated[0], *separated[1]])
    for pair in pairs:
        names = sorted(pair)
        says = []
        for own, graph in zip(separated, graphs, strict=True):
            edge = graph.get(pair)
            if edge is not None:
                says.append(f"joined: {_words(edge)}")
            elif pair in own:
                says.append(f"separated by {own[pair]}")
            else:
                says.append("not joined, no separating set")
        if says[0] != says[1]:
            joined = any(pair in graph for graph in graphs)
            both = all(pair in own for own in separated)
            line = [" · ".join(map(isolated, names)), *says]
            groups[0 if joined else 2 if both else 1].append(line)
    return [line for group in groups for line in group]


def _by_pair(graph: CausalGraph) -> dict[frozenset[str], Edge]:
    return {frozenset((edge.source, edge.target)): edge for edge in graph.edges()}


def _marks(edge: Edge) -> frozenset[tuple[str, str]]:
    """Return an edge's marks at each end, whichever end comes first."""
    same = {"<": "arrow", ">": "arrow", "-": "tail", "o": "circle"}
    return frozenset({(edge.source, same[edge.symbol[0]]), (edge.target, same[edge.symbol[2]])})


def _arrow(edge: Edge | None, first: str) -> str:
    """Return an edge's arrow as it points from `first` to the other end."""
    if edge is None:
        return "none"
    symbol = edge.symbol
    if edge.source != first:
        symbol = symbol[::-1].translate(str.maketrans("<>", "><"))
    return ARROWS.get(symbol, symbol)


def _words(edge: Edge | None) -> str:
    if edge is None:
        return "none"
    arrow = ARROWS.get(edge.symbol, edge.symbol)
    return f"{isolated(edge.source)} {arrow} {isolated(edge.target)}"


def _rows_by_pair(run: Run) -> Mapping[frozenset[str], EdgeRow]:
    edges = {(visible(e.source), visible(e.target)): e for e in run.graph.edges()}
    found = {}
    for row in edge_rows(run):
        edge = edges[row.source, row.target]
        found[frozenset((edge.source, edge.target))] = row
    return found


def _separated(graph: CausalGraph) -> dict[frozenset[str], str]:
    """Return the separating sets in words, by pair."""
    names = graph.names

    def words() -> Iterator[tuple[frozenset[str], str]]:
        for (i, j), sets in graph.separating_sets.items():
            shown = [", ".join(visible(names[k]) for k in each) or "nothing" for each in sets]
            yield frozenset((names[i], names[j])), " or ".join(shown)

    return dict(words())


def _worded(value: Any) -> str:
    if value is None:
        return "–"
    return number(value, 4) if isinstance(value, float) else str(value)
