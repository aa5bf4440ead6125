"""Graphs as text: for Graphviz, Mermaid, GraphML, spreadsheets, Tetrad and causal-learn; as JSON.

Names come from others: each format quotes them its own way, and controls are shown as escapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causattn.base import ConfigError, csv_cell, listed, visible
from causattn.graphs.marks import LEFT, RIGHT

if TYPE_CHECKING:
    from causattn.graphs.graph import CausalGraph

GraphForm = Literal["dot", "mermaid", "graphml", "csv", "tetrad"]

_DOT_END = {">": "normal", "<": "normal", "o": "odot", "-": "none"}
_MERMAID = {"-->": "-->", "---": "---", "<->": "<-->", "o->": "o-->", "o-o": "o--o", "o--": "o---"}


def graph_text(graph: CausalGraph, form: GraphForm) -> str:
    """Return what `CausalGraph.text` says."""
    write = {
        "dot": _dot,
        "mermaid": _mermaid,
        "graphml": _graphml,
        "csv": _csv,
        "tetrad": _tetrad,
    }
    if form not in write:
        raise ConfigError(f"form={form!r} is not known; choose one of {listed(write)}.")
    return write[form](graph)


def _dot(graph: CausalGraph) -> str:
    lines = ["digraph {", *(f"  {_quoted(name)};" for name in graph.names)]
    for source, target, symbol in graph.edges():
        ends = f"arrowtail={_DOT_END[symbol[0]]}, arrowhead={_DOT_END[symbol[2]]}"
        lines.append(f"  {_quoted(source)} -> {_quoted(target)} [dir=both, {ends}];")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(name: str) -> str:
    """Return a name as Graphviz quotes it."""
    text = visible(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _mermaid(graph: CausalGraph) -> str:
    index = {name: k for k, name in enumerate(graph.names)}
    lines = ["graph TD"]
    for name, k in index.items():
        # Mermaid reads entities by number, and no other escape.
        text = "".join(c if c.isalnum() or c == " " else f"#{ord(c)};" for c in visible(name))
        lines.append(f'  n{k}["{text}"]')
    for source, target, symbol in graph.edges():
        lines.append(f"  n{index[source]} {_MERMAID[symbol]} n{index[target]}")
    return "\n".join(lines) + "\n"


def _graphml(graph: CausalGraph) -> str:
    import networkx

    drawn = networkx.DiGraph()
    drawn.add_nodes_from(visible(name) for name in graph.names)
    for source, target, symbol in graph.edges():
        drawn.add_edge(visible(source), visible(target), edge=symbol)
        if symbol not in ("-->", "o->"):
            # Other programs know an undirected edge by its being there both ways.
            drawn.add_edge(visible(target), visible(source), edge=_turned(symbol))
    return "\n".join(networkx.generate_graphml(drawn)) + "\n"


def _turned(symbol: str) -> str:
    """Return an edge's symbol read from its other end."""
    ends = {"<": ">", ">": "<"}
    return "".join(ends.get(end, end) for end in reversed(symbol))


def _csv(graph: CausalGraph) -> str:
    import pandas as pd

    names = [csv_cell(visible(name)) for name in graph.names]
    square = graph.adjacency("from row to column")
    return str(pd.DataFrame(square, index=names, columns=names).to_csv(lineterminator="\n"))


def _tetrad(graph: CausalGraph) -> str:
    names = [visible(name) for name in graph.names]
    edges = [
        f"{k}. {visible(source)} {symbol} {visible(target)}"
        for k, (source, target, symbol) in enumerate(graph.edges(), 1)
    ]
    return "\n".join(["Graph Nodes:", ";".join(names), "", "Graph Edges:", *edges]) + "\n"


def graph_json(graph: CausalGraph) -> dict[str, Any]:
    """Return a graph's fields, JSON-like."""
    return {
        "kind": graph.kind,
        "algorithm": graph.algorithm,
        "names": list(graph.names),
        "edges": [
            {"source": edge.source, "target": edge.target, "symbol": edge.symbol}
            for edge in graph.edges()
        ],
        "separating_sets": [
            {"pair": list(map(int, pair)), "sets": [list(map(int, s)) for s in sets]}
            for pair, sets in sorted(graph.separating_sets.items())
        ],
        "tests": graph.tests,
        "tests_by_order": [int(count) for count in graph.tests_by_order],
        "score": graph.score,
        "details": dict(graph.details),
    }


def from_graph_json(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that `graph_json` gave."""
    names = tuple(stored["names"])
    index = {name: k for k, name in enumerate(names)}
    left = {text: mark for mark, text in LEFT.items()}
    right = {text: mark for mark, text in RIGHT.items()}
    marks = np.zeros((len(names), len(names)), dtype=np.int8)
    for edge in stored["edges"]:
        i, j = index[edge["source"]], index[edge["target"]]
        marks[j, i] = left[edge["symbol"][0]]
        marks[i, j] = right[edge["symbol"][2]]
    return {
        "names": names,
        "marks": marks,
        "kind": stored["kind"],
        "algorithm": stored["algorithm"],
        "separating_sets": {
            (entry["pair"][0], entry["pair"][1]): [tuple(s) for s in entry["sets"]]
            for entry in stored["separating_sets"]
        },
        "tests": stored["tests"],
        "tests_by_order": tuple(stored["tests_by_order"]),
        "score": stored["score"],
        "details": stored["details"],
    }
