"""The true graph of one's own table, from a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from causattn.base import ArtefactError, DataError
from causattn.corpora.network import ENDINGS, load_network
from causattn.corpora.records import read_records
from causattn.graphs import CausalGraph

_MOST_VARIABLES = 20_000
"""More make no table that discovery takes, and a matrix that fills the memory."""


def read_truth(path: Path) -> CausalGraph:
    """Read a graph.

    Parameters
    ----------
    path
        A ``.csv`` or ``.tsv`` file: a square of 0 and 1 **from row to column** under a header of
        the names (the rows may begin with theirs), or an edge a line in columns ``source`` and
        ``target``; a ``.gml`` or ``.graphml`` file; the network of a ``.bif`` file; or the
        ``graph.json`` or ``truth.json`` of a run. An edge both ways is undirected.

    Raises
    ------
    DataError
        Where it is missing, of another kind, no graph, or has a directed cycle.
    """
    if not path.is_file():
        raise DataError(f"There is no graph {path} (corpus.truth); check the path.")
    if path.name.lower().endswith(ENDINGS):
        return load_network(str(path)).graph()
    readers: dict[str, Callable[[Path], CausalGraph]] = {
        ".csv": _from_table,
        ".tsv": _from_table,
        ".gml": _from_networkx,
        ".graphml": _from_networkx,
        ".json": _from_json,
    }
    ending = path.suffix.lower()
    if ending not in readers:
        raise DataError(
            f"{path} ends in {path.suffix or 'nothing'}, which is no graph's file; use one of "
            f"{', '.join(readers)}, .bif (corpus.truth)."
        )
    return readers[ending](path)


def _from_json(path: Path) -> CausalGraph:
    try:
        return CausalGraph.read(path)
    except ArtefactError as error:
        raise DataError(f"{error} (corpus.truth)") from None
    except (KeyError, TypeError, IndexError) as error:
        raise DataError(f"{path} is no graph of causattn ({error!r}); write it again.") from None


def _from_table(path: Path) -> CausalGraph:
    """Return the graph of a square of 0 and 1, or of a list of edges."""
    records = read_records(path, "utf-8", None)
    if {"source", "target"} <= set(records.columns):
        edges = list(zip(records.columns["source"], records.columns["target"], strict=True))
        return _from_edges(path, [(str(one), str(other)) for one, other in edges])
    columns = dict(records.columns)
    first = next(iter(columns))
    # A column of the rows' own names, as spreadsheets write it.
    named = {str(cell) for cell in columns[first]} == {*columns} - {first}
    rows = [str(cell) for cell in columns.pop(first)] if named else list(columns)
    names = list(columns)
    if len(names) != len(records) or set(rows) != set(names):
        raise DataError(
            f"{path} has {len(records)} rows for {len(names)} columns; a graph is a square of 0 "
            "and 1 with one row and one column a variable, or has columns source and target."
        )
    cells = [[columns[name][row] for name in names] for row in range(len(records))]
    square, place = _square(path, names), {name: k for k, name in enumerate(names)}
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            if str(cell).strip() not in ("0", "1", "0.0", "1.0"):
                raise DataError(
                    f"{records.where(row, names[column])} holds {cell!r:.40}; a graph has 0 and 1."
                )
            square[place[rows[row]], column] = float(cell) != 0
    return _graph(path, names, square)


def _from_networkx(path: Path) -> CausalGraph:
    import networkx

    read = networkx.read_gml if path.suffix.lower() == ".gml" else networkx.read_graphml
    try:
        graph = read(path)
    except Exception as error:  # whatever its parser meets
        raise DataError(
            f"{path} cannot be read as a graph ({type(error).__name__}: {error}); write it again."
        ) from None
    edges = [(str(one), str(other)) for one, other in graph.edges()]
    if not graph.is_directed():
        edges += [(other, one) for one, other in edges]
    return _from_edges(path, edges, [str(node) for node in graph.nodes()])


def _from_edges(
    path: Path, edges: list[tuple[str, str]], nodes: list[str] | None = None
) -> CausalGraph:
    names = list(dict.fromkeys([*(nodes or ()), *(name for edge in edges for name in edge)]))
    place = {name: k for k, name in enumerate(names)}
    square = _square(path, names)
    for source, target in edges:
        square[place[source], place[target]] = 1
    return _graph(path, names, square)


def _square(path: Path, names: list[str]) -> np.ndarray:
    """Return an empty adjacency matrix, or say that there are too many variables for one."""
    if len(names) > _MOST_VARIABLES:
        raise DataError(
            f"{path} has {len(names):,} variables (at most {_MOST_VARIABLES:,}); give the graph "
            "over the table's own (corpus.truth)."
        )
    return np.zeros((len(names), len(names)), dtype=np.uint8)


def _graph(path: Path, names: list[str], square: np.ndarray) -> CausalGraph:
    graph = CausalGraph.from_adjacency(square, names, direction="from row to column")
    if graph.kind != "dag" and not (square & square.T).any():
        raise DataError(f"{path} has a directed cycle; a causal graph has none (corpus.truth).")
    return graph
