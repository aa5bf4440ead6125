"""`Circuit`: the graph of a model on a task, with the exact effect of every path, on disk and off.

A folder holds ``graph.json``, ``pairs.parquet`` (a row a pair of parts that was a candidate),
``paths.parquet`` (a row a candidate path: query, key and value apart), ``curves.parquet``,
``about.json`` and ``examples.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from causattn.base import Shown, check_parquet, read_json, write_json
from causattn.graphs import CausalGraph

_TABLES = ("pairs", "paths", "curves")
_NOTES = ("about", "examples")


@dataclass(frozen=True, repr=False)
class Circuit(Shown):
    """A model's parts and which of them carry a task to which.

    Parameters
    ----------
    graph
        A DAG over the parts: ``embedding``, ``3.5`` (head 5 of layer 3), ``3.mlp``, ``output``.
    pairs
        A row a pair of parts that was a candidate: source, target, score, through (query, key,
        value), kept, estimate with low and high over documents, phrased_low and phrased_high over
        phrasings, n, frequency.
    paths
        A row a candidate path: sender, receiver, score, kept, and lost, the share of the task that
        goes with it alone where it is kept.
    curves
        A row a ranking and number of paths: screen, paths, faithfulness, completeness.
    about
        How it was found and what it is worth, JSON-like.
    examples
        The strongest edges in single prompts, see `causattn.circuits.examples`.
    """

    graph: CausalGraph
    pairs: pd.DataFrame
    paths: pd.DataFrame
    curves: pd.DataFrame
    about: Mapping[str, Any]
    examples: Mapping[str, Any]

    def summary(self) -> dict[str, Any]:
        """Return how it was found and what it is worth."""
        return dict(self.about)

    def to_frame(self) -> pd.DataFrame:
        """Return the pairs, those of the graph and of largest effect first."""
        order = self.pairs.assign(size=self.pairs["estimate"].abs())
        order = order.sort_values(["kept", "size"], ascending=False, kind="stable")
        return order.drop(columns="size")


def write_circuit(circuit: Circuit, folder: Path) -> None:
    """Write a circuit's files into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    circuit.graph.write(folder / "graph.json")
    for name in _TABLES:
        getattr(circuit, name).to_parquet(folder / f"{name}.parquet", index=False)
    for name in _NOTES:
        write_json(folder / f"{name}.json", dict(getattr(circuit, name)))


def read_circuit(folder: Path) -> Circuit:
    """Read what `write_circuit` wrote."""
    tables = {}
    for name in _TABLES:
        check_parquet(folder / f"{name}.parquet")
        tables[name] = pd.read_parquet(folder / f"{name}.parquet")
    graph = CausalGraph.read(folder / "graph.json")
    notes = {name: dict(read_json(folder / f"{name}.json")) for name in _NOTES}
    return Circuit(graph, **tables, **notes)
