"""One network and seed: a language model of its documents, and searches on other rows.

The model is trained on documents drawn from the network, its attention ranks the pairs, and PC, GES
and BOSS search all pairs, the strongest by attention, or as many by the mutual information of the
same documents, on rows that no document states.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from causattn import configure
from causattn.base import integer_seed
from causattn.candidates import (
    CandidateEdges,
    attention_score,
    mutual_information_screen,
    score_candidates,
    select_candidates,
    strongest_pairs,
)
from causattn.corpora import load_corpus
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs
from causattn.reproduction import Context
from causattn.stages import Stages

from .settings import Settings

ALL, ATTENTION, INFORMATION = "all", "by attention", "by mutual information"
ALGORITHMS: dict[str, dict[str, Any]] = {
    "PC": {"kind": "pc", "test": "g_square", "alpha": 0.01},
    "GES": {
        "kind": "ges",
        "score": "bdeu",
        "equivalent_sample_size": 1.0,
        "structure_prior": 1.0,
    },
    "BOSS": {
        "kind": "boss",
        "score": "bdeu",
        "equivalent_sample_size": 1.0,
        "structure_prior": 1.0,
    },
}
BASELINES: dict[str, dict[str, Any]] = {
    "mutual information": {"kind": "mutual_information"},
    "random": {"kind": "random"},
    "empty": {"kind": "empty"},
}
SCREENS = ("attention", "mutual information")
QUALITY = ("auc", "average_precision", "precision_at_truth")
FIGURES = (
    "shd",
    "adjacency_precision",
    "adjacency_recall",
    "arrowhead_precision",
    "arrowhead_recall",
    "parent_aid",
)
SIZES, SEARCHES = "sizes", "searches"


def jobs(settings: Settings) -> list[dict[str, Any]]:
    """Return a job each checked network's size, and one each network and draw of rows."""
    groups = ("corpus", "model", "features", "attention", "candidates")
    study = configure(*settings.study)
    checked = [{"part": SIZES, "network": name} for name in settings.checked]
    searched = [
        {
            "part": SEARCHES,
            "network": network,
            "draw": draw,
            "documents": settings.documents,
            "steps": settings.steps[network],
            "sizes": settings.rows,
            "study": {group: study[group] for group in groups},
        }
        for draw in range(settings.seeds)
        for network in settings.networks
    ]
    return [*checked, *searched]


def measure(job: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return a network's size, or a row each number of rows, algorithm and set of pairs."""
    network = job["network"]
    if job["part"] == SIZES:
        wanted = {"kind": "bayesnet", "network": network, "documents": 2}
        known = load_corpus(wanted, context.seed).truth
        assert known is not None
        return [{"nodes": len(known.names), "arcs": known.edge_count}]
    seed = context.seed + job["draw"]
    screens, quality = _screens(job, seed, context)
    rows: list[dict[str, Any]] = []
    for count in job["sizes"]:
        drawn = load_corpus(
            {**job["study"]["corpus"], "network": network, "documents": count},
            integer_seed(seed, "bnlearn", "rows", network, count),
        )
        assert drawn.values is not None
        assert drawn.truth is not None
        frame = pd.DataFrame(drawn.values.astype(np.int64), columns=list(drawn.variables))
        about = {"rows": count, "seed": seed}
        alike = [str(name) for name in frame if frame[name].nunique() == 1]
        if alike:
            rows.append({**about, "left out": f"{', '.join(alike)} the same in all rows"})
            continue
        for algorithm, how in ALGORITHMS.items():
            for pairs, candidates in {ALL: None, **screens}.items():
                found = _search(how, frame, drawn.truth, candidates, seed)
                rows.append({**about, "algorithm": algorithm, "pairs": pairs, **found})
        for baseline, how in BASELINES.items():
            found = _search(how, frame, drawn.truth, None, seed)
            rows.append({**about, "algorithm": baseline, "pairs": ALL, **found})
    return [{**row, **quality} for row in rows]


def _screens(
    job: dict[str, Any], seed: int, context: Context
) -> tuple[dict[str, CandidateEdges], dict[str, Any]]:
    """Return candidates by each screen, and how well each ranks the true pairs."""
    study = job["study"]
    corpus_of = {"network": job["network"], "documents": job["documents"]}
    config = {
        **study,
        "corpus": {**study["corpus"], **corpus_of},
        "model": {**study["model"], "steps": job["steps"]},
        "paths": {"cache": str(context.cache)},
    }
    stages = Stages(config, seed)
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    summary = stages.make_attention(corpus, model, table).value
    attention = select_candidates(study["candidates"], summary, table.value)
    strength = mutual_information_screen(table.value)
    information = CandidateEdges(
        attention.names,
        score=strength,
        p_value=np.full_like(strength, np.nan),
        allowed=strongest_pairs(strength, attention.pair_count),
        method=f"mutual information, top {attention.pair_count} pairs",
    )
    assert corpus.value.truth is not None
    skeleton = corpus.value.truth.skeleton()
    score = attention_score(summary, study["candidates"]["aggregate"])
    quality: dict[str, Any] = {}
    for name, one in zip(SCREENS, (score, strength), strict=True):
        found = score_candidates(np.maximum(one, one.T), skeleton)
        quality |= {f"{name}, {figure}": found[figure] for figure in QUALITY}
    return {ATTENTION: attention, INFORMATION: information}, quality


def _search(
    how: Mapping[str, Any],
    frame: pd.DataFrame,
    truth: CausalGraph,
    candidates: CandidateEdges | None,
    seed: int,
) -> dict[str, Any]:
    """Return the figures of one search; of two equal ones, as the first may compile."""
    chosen = {**how, "candidates": "restrict"} if candidates is not None else dict(how)
    graphs = [discover(chosen, frame, candidates, seed) for _ in range(2)]
    figures = compare_graphs(graphs[1], truth)
    return {
        "edges": graphs[1].edge_count,
        **{name: figures[name] for name in FIGURES},
        "tests": graphs[1].tests,
        "seconds": min(float(graph.details["seconds"]) for graph in graphs),
    }
