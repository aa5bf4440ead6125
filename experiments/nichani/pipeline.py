"""The framework's own question: does discovery, guided by the trained attention, find the forest?

Positions are the variables, sequences the rows. The first layer's attention from a position to an
earlier one is the candidate's score; the best pairs restrict PC and GES, which see sequences that
the model was not trained on. Sequences come from one transition matrix (the forest is then the true
graph) or each from its own, as in training (the matrix is then a cause that all positions share and
no column shows, so that no graph over the positions is right: shown as a warning).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import generator
from causattn.candidates import CandidateEdges
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs

from .task import PARENTLESS, draw_sequences, draw_transitions
from .train import Trained

ALGORITHMS: dict[str, dict[str, Any]] = {
    "PC": {"kind": "pc", "test": "g_square", "alpha": 0.01},
    "GES": {"kind": "ges", "score": "bdeu"},
}
OWN = "a matrix each"
_EVEN = 1.0
"""Dirichlet parameter of the one matrix: rows neither nearly certain nor nearly even."""


def forest_graph(parents: np.ndarray) -> CausalGraph:
    """Return the forest as a DAG over positions."""
    size = len(parents)
    adjacency = np.zeros((size, size), dtype=int)
    children = np.flatnonzero(parents != PARENTLESS)
    adjacency[parents[children], children] = 1
    return CausalGraph.from_adjacency(
        adjacency, position_names(size), direction="from row to column"
    )


def position_names(size: int) -> tuple[str, ...]:
    """Return the variables' names."""
    return tuple(f"position {k + 1}" for k in range(size))


def attention_candidates(attention: np.ndarray, pairs_per_position: float) -> CandidateEdges:
    """Return the pairs of positions with most attention.

    Parameters
    ----------
    attention
        float [T, T], from a position (row) to what it reads; the last position is no variable.
    pairs_per_position
        How many pairs are allowed, as a multiple of the number of positions.
    """
    size = len(attention) - 1
    score = attention[:size, :size].T.copy()
    np.fill_diagonal(score, 0.0)
    strength = np.maximum(score, score.T)
    rows, columns = np.triu_indices(size, 1)
    count = min(len(rows), round(pairs_per_position * size))
    best = np.argsort(-strength[rows, columns], kind="stable")[:count]
    allowed = np.zeros((size, size), dtype=bool)
    allowed[rows[best], columns[best]] = allowed[columns[best], rows[best]] = True
    return CandidateEdges(
        names=position_names(size),
        score=score,
        p_value=np.full_like(score, np.nan),
        allowed=allowed,
        method=f"first layer's attention by position, top {count} pairs",
    )


def guided_discovery(
    trained: Trained, *, symbols: int, concentration: float, sequences: int, seed: int
) -> Iterator[dict[str, object]]:
    """Yield one row an algorithm, source of sequences and use of candidates."""
    rng = generator(seed, "nichani discovery", *trained.parents.tolist())
    truth = forest_graph(trained.parents)
    candidates = attention_candidates(trained.attention, 2.0)
    one = draw_transitions(1, symbols, _EVEN, rng).repeat(sequences, axis=0)
    own = draw_transitions(sequences, symbols, concentration, rng)
    for source, transitions in {"one matrix": one, OWN: own}.items():
        tokens = draw_sequences(trained.parents, transitions, rng).tokens[:, :-1]
        frame = pd.DataFrame(tokens, columns=list(truth.names)).astype("category")
        for name, settings in ALGORITHMS.items():
            if source == OWN and name == "PC":
                continue  # a nearly complete graph: millions of tests to say there is no forest
            for guide in (None, candidates):
                graph = discover(settings, frame, guide, seed)
                found = compare_graphs(graph, truth)
                yield {
                    "sequences": source,
                    "algorithm": name,
                    "pairs": "all" if guide is None else "by attention",
                    "SHD": found["shd"],
                    "skeleton F1": found["adjacency_f1"],
                    "tests": graph.tests,
                    "the forest exactly": found["shd"] == 0,
                }
