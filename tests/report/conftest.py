"""Made-up runs, whole on disk, for what reads runs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from causattn.candidates import CandidateEdges
from causattn.effects import EvidenceTable
from causattn.graphs import CausalGraph
from causattn.results import Run, load_run, run_in_folder, write_results

ASIA = ("asia", "tub", "smoke", "lung", "bronc", "either", "xray", "dysp")
ASIA_EDGES = ((0, 1), (2, 3), (2, 4), (1, 5), (3, 5), (5, 6), (5, 7), (4, 7))


def adjacency(size: int, edges: Sequence[tuple[int, int]]) -> np.ndarray:
    matrix = np.zeros((size, size))
    for i, j in edges:
        matrix[i, j] = 1
    return matrix


def damage(true: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn, drop, loosen and add some edges."""
    found = true.copy()
    edges = rng.permutation(np.argwhere(true))
    for k, (i, j) in enumerate(edges):
        if k % 8 == 0:
            found[i, j] = 0
        elif k % 8 == 1:
            found[i, j], found[j, i] = 0, 1
        elif k % 8 == 2:
            found[j, i] = 1
    free = rng.permutation(np.argwhere(np.triu(true + true.T == 0, 1)))
    for i, j in free[: len(edges) // 8]:
        found[i, j] = 1
    return found


def make_run(
    folder: Path,
    names: Sequence[str] = ASIA,
    edges: Sequence[tuple[int, int]] = ASIA_EDGES,
    *,
    with_truth: bool = True,
    config: dict[str, Any] | None = None,
    seed: int = 0,
) -> Run:
    rng = np.random.default_rng(seed)
    size = len(names)
    true = adjacency(size, edges)
    truth = CausalGraph.from_adjacency(true, names, direction="from row to column")
    graph = CausalGraph.from_adjacency(
        damage(true, rng), names, direction="from row to column", algorithm="pc (g_square, 0.01)"
    )
    score = rng.random((size, size)) ** 3 * 0.3 + (true + true.T) * 0.4 * rng.random((size, size))
    np.fill_diagonal(score, 0)
    strength = np.maximum(score, score.T)
    allowed = strength > np.quantile(strength, 0.8)
    candidates = CandidateEdges(tuple(names), score, score * np.nan, allowed, "top pairs")
    noise = rng.random((size, size)) * 0.4
    screens = {"mutual_information": strength * 0.5 + noise + noise.T, "untrained_model": noise}
    rows = [evidence_row(edge, rng, truth if with_truth else None) for edge in graph.edges()]
    summary = {
        "seed": seed,
        "corpus": {"documents": 2000, "features": size},
        "candidates": {"auc": 0.93, "average_precision": 0.88, "pairs": candidates.pair_count},
        "graph": {"shd": 3, "adjacency_f1": 0.86, "tests": 120},
        "timing": {"corpus_s": 1.25, "model_s": 30.1},
        "versions": {"python": "3.11", "causattn": "0.1.0"},
    }

    def work(target: Path) -> None:
        write_results(
            target,
            summary=summary,
            graph=graph,
            candidates=candidates.frame(),
            evidence=EvidenceTable.from_rows(rows).frame,
            truth=truth if with_truth else None,
            screens=screens,
        )

    settings = config or {"seed": seed, "corpus": {"kind": "bayesnet", "network": "asia"}}
    run_in_folder(folder, settings, work, command="causattn run seed=0")
    return load_run(folder)


def evidence_row(
    edge: tuple[str, str, str], rng: np.random.Generator, truth: CausalGraph | None
) -> dict[str, Any]:
    source, target, symbol = edge
    row: dict[str, Any] = {
        "source": source,
        "target": target,
        "attention_allowed": True,
        "attention_score": float(rng.random()),
        "discovery_edge": symbol,
        "discovery_directed": symbol == "-->",
        "verdict": "undetermined",
        "verdict_reason": "The graph leaves the direction open.",
    }
    if symbol == "-->":
        estimate = float(rng.normal(0, 0.4))
        row |= {
            "data_adjustment": ["smoke"],
            "data_estimate": estimate,
            "data_low": estimate - 0.1,
            "data_high": estimate + 0.1,
            "data_n": 2000,
            "placebo_outcome": "passed",
            "random_common_cause_outcome": "passed",
            "data_subset_outcome": "failed" if rng.random() < 0.2 else "passed",
            "model_estimate": estimate / 2,
            "model_low": estimate / 2 - 0.05,
            "model_high": estimate / 2 + 0.05,
            "verdict": "supported" if abs(estimate) > 0.1 else "contradicted",
            "verdict_reason": "The data show an effect, and changing the tokens moves the model.",
        }
    if truth is not None:
        names = list(truth.names)
        i, j = names.index(source), names.index(target)
        row["truth_adjacent"] = float(truth.skeleton()[i, j])
        row["truth_directed"] = float(truth.directed()[i, j])
    return row


@pytest.fixture
def made_run(tmp_path: Path) -> Callable[..., Run]:
    """Return a function that makes a run in the test's folder."""
    return lambda **about: make_run(tmp_path / "run", **about)
