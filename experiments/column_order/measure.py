"""How often a graph changes with the order or the names of columns, for every algorithm."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import CausattnError, generator
from causattn.candidates import CandidateEdges
from causattn.discovery import (
    ALGORITHMS,
    Problem,
    as_discovery_data,
    discover,
    discovery_settings,
)
from causattn.graphs import CausalGraph, Mark
from causattn.reproduction import Context

KINDS = {
    "gaussian": "continuous",
    "uniform": "continuous",
    "discrete": "discrete",
}
"""What is drawn, and which kind of data it is."""
VARIANTS: dict[str, list[dict[str, str]]] = {
    "pc": [{}, {"rules": "standard"}, {"rules": "ranked"}],
}
"""Settings that are contestants of their own, by algorithm."""


def jobs(settings: Any) -> list[dict[str, Any]]:
    """Return one job an algorithm, engine and kind of table."""
    drawn = {
        key: getattr(settings, key) for key in ("tables", "orders", "nodes", "rows", "minutes")
    }
    return [
        {"kind": name, **({"engine": engine} if engine else {}), **more, "drawn": kind, **drawn}
        for name, algorithm in ALGORITHMS.items()
        for engine, takes in (algorithm.engines or {"": algorithm.capability}).items()
        for more in VARIANTS.get(name, [{}])
        for kind, data_kind in KINDS.items()
        if data_kind in takes.data_kinds and name not in settings.leave_out
    ]


def measure(job: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Turn tables about under one algorithm, and count the graphs that change."""
    chosen = {key: job[key] for key in ("kind", "engine", "rules") if key in job}
    counts: dict[str, list[int]] = {"order": [], "names": [], "alone": []}
    unsaid, edges, began, why = 0, [], time.monotonic(), ""
    for number in range(job["tables"]):
        if time.monotonic() - began > 60 * job["minutes"]:
            break
        # Every algorithm sees the same tables.
        rng = generator(context.seed, "column_order", job["drawn"], number)
        table = drawn_table(rng, job["drawn"], job["nodes"], job["rows"])
        orders = [list(rng.permutation(table.columns)) for _ in range(job["orders"])]
        names = dict(zip(table.columns, rng.permutation(table.columns), strict=True))
        try:
            found, alone = by_causattn(chosen, table), on_its_own(chosen, table)
            turned = [apart(found, by_causattn(chosen, table[o])) for o in orders]
            counts["order"] += turned
            counts["alone"] += [apart(alone, on_its_own(chosen, table[o])) for o in orders]
            called = by_causattn(chosen, table.rename(columns=names))
            counts["names"].append(apart(renamed(found, names), called))
        except CausattnError as error:
            why = str(error).split(";")[0]
            break
        unsaid += sum(map(bool, turned)) * ("column_order" not in found.details)
        edges.append(found.edge_count)
    return [
        {
            "tables done": len(edges),
            "edges": float(np.mean(edges)) if edges else None,
            **{f"changed by {what}": share(pairs) for what, pairs in counts.items()},
            **{f"pairs by {what}": of_changed(pairs) for what, pairs in counts.items()},
            "unsaid": unsaid / len(counts["order"]) if edges else None,
            "why not": why,
        }
    ]


def drawn_table(rng: np.random.Generator, kind: str, nodes: int, rows: int) -> pd.DataFrame:
    """Return a table of a random linear model, cut at the quartiles where it is discrete."""
    present = np.triu(rng.random((nodes, nodes)) < 2.5 / (nodes - 1), 1)
    weights = present * rng.uniform(0.5, 1.2, (nodes, nodes)) * rng.choice([-1, 1], (nodes, nodes))
    noise = (
        rng.uniform(-1, 1, (rows, nodes)) if kind == "uniform" else rng.normal(size=(rows, nodes))
    )
    values = (noise @ np.linalg.inv(np.eye(nodes) - weights))[:, rng.permutation(nodes)]
    table = pd.DataFrame(values, columns=[f"v{k}" for k in range(nodes)])
    if kind != "discrete":
        return table
    return table.apply(lambda column: pd.qcut(column, 4, labels=False))


def by_causattn(chosen: dict[str, Any], table: pd.DataFrame) -> CausalGraph:
    """Return the graph as a run has it."""
    return discover(chosen, table, candidates=candidates_of(chosen, table))


def on_its_own(chosen: dict[str, Any], table: pd.DataFrame) -> CausalGraph:
    """Return the graph of the algorithm itself, with columns as they are listed."""
    algorithm = ALGORITHMS[chosen["kind"]]
    problem = Problem(as_discovery_data(table), candidates_of(chosen, table))
    return algorithm.run(problem, discovery_settings(chosen))


def candidates_of(chosen: dict[str, Any], table: pd.DataFrame) -> CandidateEdges | None:
    """Return the correlated pairs where an algorithm is made of candidates."""
    if not ALGORITHMS[chosen["kind"]].capability.needs_candidates:
        return None
    score = np.abs(np.corrcoef(table.to_numpy(dtype=float).T))
    np.fill_diagonal(score, 0)
    score = (score + score.T) / 2
    return CandidateEdges(
        names=tuple(table.columns),
        score=score,
        p_value=np.full(score.shape, np.nan),
        allowed=score > 0.2,
        method="correlation above 0.2",
    )


def renamed(graph: CausalGraph, names: dict[str, str]) -> CausalGraph:
    """Return the graph with other names."""
    called = tuple(names.get(name, name) for name in graph.names)
    return CausalGraph(called, graph.marks, kind=graph.kind)


def apart(one: CausalGraph, other: CausalGraph) -> int:
    """Return in how many pairs of variables the marks of two graphs differ."""
    names = sorted({*one.names, *other.names})
    return int(np.triu(_marked(one, names) != _marked(other, names)).sum())


def _marked(graph: CausalGraph, names: list[str]) -> np.ndarray:
    """Return both marks of each pair as one number, int64 [p, p], symmetric in what differs."""
    place = [names.index(name) for name in graph.names]
    marks = np.full((len(names), len(names)), int(Mark.NONE), dtype=np.int64)
    marks[np.ix_(place, place)] = graph.marks
    return marks * 10 + marks.T


def share(pairs: list[int]) -> float | None:
    """Return the share of comparisons in which anything differs."""
    return float(np.mean([count > 0 for count in pairs])) if pairs else None


def of_changed(pairs: list[int]) -> float | None:
    """Return in how many pairs those that differ do, on average."""
    differ = [count for count in pairs if count]
    return float(np.mean(differ)) if differ else None
