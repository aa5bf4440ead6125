"""causal-learn's stored reference graphs, beside what it and causattn find on the same data today.

causal-learn (py-why) keeps, in ``tests/TestData``, data of benchmark networks and the graphs that
its commit 5918419 (February 2022) found in them. PC was run with ``uc_priority=-1``, which chooses
among contradicting colliders by p-value. By default it is 2 now, the first one holds, and that is
what causattn's rules of that name do.
"""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np
import pandas as pd

from causattn.discovery import discover
from causattn.graphs import Mark
from causattn.reproduction import Context, Findings

ALPHA = 0.05
AS_STORED, DEFAULT = -1, 2
COUNTS = (
    "ours, causal-learn",
    "ours, stored",
    "causal-learn as stored, stored",
    "pairs, ours and stored",
)
SECONDS = ("seconds, ours", "seconds, causal-learn")
_ENDPOINTS = {-1: Mark.TAIL, 1: Mark.ARROW, 2: Mark.CIRCLE, 0: Mark.NONE}


def jobs(settings: Any) -> list[dict[str, Any]]:
    """Return one job a graph."""
    return [
        *({"algorithm": "pc", "network": name} for name in settings.pc),
        *({"algorithm": "fci", "network": name} for name in settings.fci),
    ]


def measure(job: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Find one graph by causattn and by causal-learn, and count the marks that differ."""
    network, algorithm = job["network"], job["algorithm"]
    table = pd.read_csv(context.data(network), sep=r"\s+").astype(int)
    stored = marks(np.loadtxt(context.data(f"{network}_{algorithm}")))
    began = time.process_time()
    chosen = {"kind": algorithm, "test": "chi_square", "alpha": ALPHA}
    ours = discover(chosen, table).marks
    seconds = time.process_time() - began
    began = time.process_time()
    if algorithm == "pc":
        as_stored, theirs = pc(table, AS_STORED), pc(table, DEFAULT)
    else:
        as_stored = theirs = discover({**chosen, "engine": "causal-learn"}, table).marks
    return [
        {
            "nodes": len(ours),
            "edges": int((ours != Mark.NONE).sum()) // 2,
            "ours, causal-learn": apart(ours, theirs),
            "ours, stored": apart(ours, stored),
            "causal-learn as stored, stored": apart(as_stored, stored),
            "pairs, ours and stored": apart(ours != Mark.NONE, stored != Mark.NONE) // 2,
            "seconds, ours": seconds,
            "seconds, causal-learn": (time.process_time() - began) / (1 + (algorithm == "pc")),
        }
    ]


def pc(table: pd.DataFrame, priority: int) -> np.ndarray:
    """Return the marks that causal-learn's PC finds, for a way to choose among colliders."""
    from causallearn.search.ConstraintBased.PC import pc as by_causal_learn

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = by_causal_learn(
            table.to_numpy(), ALPHA, "chisq", True, 0, priority, show_progress=False
        )
    return marks(np.asarray(found.G.graph))


def marks(matrix: np.ndarray) -> np.ndarray:
    """Return causal-learn's matrix, the mark at the row's end, as ours, at the column's."""
    found = np.zeros(matrix.shape, dtype=np.int8)
    for value, mark in _ENDPOINTS.items():
        found[value == matrix.T] = mark
    return found


def apart(one: np.ndarray, other: np.ndarray) -> int:
    """Return in how many cells two matrices differ."""
    return int((one != other).sum())


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Show how many marks differ."""
    table = pd.DataFrame(rows)
    findings = Findings()
    for algorithm, part in table.groupby("algorithm", sort=False):
        name = str(algorithm).upper()
        shown = ["network", "nodes", "edges", *COUNTS, *SECONDS]
        findings.tables[f"{name}: marks that differ"] = part[shown]
        for count in COUNTS:
            value = int(part[count].sum())
            findings.figures.append(context.figure(f"{name}: {count}", value))
    return findings
