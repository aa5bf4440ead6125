"""What is compared, on which rows and with which evidence, and how each is measured."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from causattn.candidates import CandidateEdges, strongest_pairs
from causattn.corpora import load_corpus
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs
from causattn.results import Run, matrix

PRETRAINED = "attention, pretrained"
SAME = "attention, same documents"
INFORMATION = "mutual information, same documents"
NO_EVIDENCE = "none"
ALONE = "evidence alone"

ROWS_SEED = 100
"""Added to a seed for its rows, so that no row is a document of the pretrained model's corpus:
that is drawn with the seed itself, and equal seeds would draw the same documents."""

Contenders = dict[str, dict[str, Any]]

FAMILIES: Contenders = {
    "PC, alpha .01": {"kind": "pc", "test": "g_square", "alpha": 0.01},
    "PC, alpha .05": {"kind": "pc", "test": "g_square", "alpha": 0.05},
    "GES, BIC": {"kind": "ges", "score": "bic", "penalty": 0.5},
    "GES, BDeu": {
        "kind": "ges",
        "score": "bdeu",
        "equivalent_sample_size": 1.0,
        "structure_prior": 1.0,
    },
    "BOSS, BIC": {"kind": "boss", "score": "bic", "penalty": 0.5},
    "BOSS, BDeu": {
        "kind": "boss",
        "score": "bdeu",
        "equivalent_sample_size": 1.0,
        "structure_prior": 1.0,
    },
}
USES = {"restricted": "restrict", "weighed": "weigh"}
STRENGTHS: dict[str, dict[str, float]] = {
    "as set beforehand": {},
    "sharpness 1": {"sharpness": 1.0},
    "sharpness 2": {"sharpness": 2.0},
    "sharpness 8": {"sharpness": 8.0},
    "half as many edges expected": {"expected_edges": 0.5},
    "twice as many edges expected": {"expected_edges": 2.0},
}
"""How sure the evidence is taken to be; edges expected are in units of the number of variables."""

FIGURES = {
    "f1": "adjacency_f1",
    "precision": "adjacency_precision",
    "recall": "adjacency_recall",
    "shd": "shd",
}

Line = dict[str, Any]


def contenders_alone(strongest: Sequence[int], families: Contenders = FAMILIES) -> Contenders:
    """Return the settings of what looks at the rows and nothing else, by label."""
    return {
        **{
            f"mutual information, {count} strongest pairs": {
                "kind": "mutual_information",
                "edges": count,
            }
            for count in strongest
        },
        **{
            f"{family}, plain": {**settings, "candidates": "ignore"}
            for family, settings in families.items()
        },
    }


def contenders_beside(strongest: Sequence[int], families: Contenders = FAMILIES) -> Contenders:
    """Return the settings of what is handed evidence on the pairs, by label."""
    return {
        **{
            f"{ALONE}, {count} strongest pairs": {
                "kind": "attention_threshold",
                "edges": count,
            }
            for count in strongest
        },
        **{
            f"{family}, {name}": {**settings, "candidates": use}
            for family, settings in families.items()
            for name, use in USES.items()
        },
    }


def of_strengths(size: int, families: Contenders = FAMILIES) -> Contenders:
    """Return the weighed algorithms with the evidence taken for more and for less, by label."""
    found: Contenders = {}
    for family, settings in families.items():
        for name, strength in STRENGTHS.items():
            own = dict(strength)
            if "expected_edges" in own:
                own["expected_edges"] *= size
            found[f"{family}, weighed, {name}"] = {**settings, "candidates": "weigh", **own}
    return found


def attention_of(run: Run) -> CandidateEdges:
    """Return a run's candidates: its attention from pair to pair, and which pairs it allows."""
    frame = run.candidates
    return CandidateEdges(
        tuple(dict.fromkeys(frame["source"])),
        score=matrix(frame, "score"),
        p_value=matrix(frame, "p_value"),
        allowed=matrix(frame, "allowed").astype(bool),
        method=run.summary["candidates"]["method"],
    )


def information_of(run: Run, attention: CandidateEdges) -> CandidateEdges:
    """Return the mutual information in a run's documents as candidates, as many as attention's."""
    strength = run.screens["mutual_information"]
    return CandidateEdges(
        attention.names,
        score=strength,
        p_value=np.full_like(strength, np.nan),
        allowed=strongest_pairs(strength, attention.pair_count),
        method=f"mutual information, top {attention.pair_count} pairs",
    )


def sampled(network: str, rows: int, seed: int) -> tuple[pd.DataFrame, CausalGraph]:
    """Return rows of a network and its graph; with more rows the first ones stay the same.

    These are the values behind the documents of a study with this seed and as many documents.
    """
    name = "asia" if network == "quick" else network
    settings = {"kind": "bayesnet", "network": name, "documents": rows}
    corpus = load_corpus(settings, seed + ROWS_SEED)
    assert corpus.values is not None
    assert corpus.truth is not None
    frame = pd.DataFrame(corpus.values.astype(np.int64), columns=list(corpus.variables))
    return frame, corpus.truth


def measure(
    chosen: argparse.Namespace,
    evidence: str,
    rows: int,
    seed: int,
    model: int | None,
    contenders: Contenders,
    candidates: CandidateEdges | None,
) -> list[Line]:
    """Run every contender on the same rows and compare what it finds with the truth.

    `seed` is the rows', `model` that of the model whose attention is the evidence, if it is one.
    """
    frame, truth = sampled(chosen.network, rows, seed)
    if candidates is not None:
        frame = frame[list(candidates.names)]
        order = [truth.names.index(name) for name in candidates.names]
        truth = CausalGraph(candidates.names, truth.marks[np.ix_(order, order)], kind="dag")
    lines = []
    for label, settings in contenders.items():
        # Twice, so that one of them compiles nothing; the graphs are the same.
        graphs = [discover(settings, frame, candidates, seed) for _ in range(2)]
        graph = graphs[1]
        found = compare_graphs(graph, truth)
        lines.append(
            {
                "evidence": evidence,
                "rows": rows,
                "seed": seed,
                "model": model,
                "contender": label,
                **{name: found[key] for name, key in FIGURES.items()},
                "tests": graph.tests,
                "seconds": min(each.details["seconds"] for each in graphs),
                "algorithm": graph.algorithm,
            }
        )
    return lines
