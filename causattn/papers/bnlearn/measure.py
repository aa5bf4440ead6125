"""One network and seed: a language model of its documents, and searches on other rows.

The model is trained on documents drawn from the network, its attention ranks the pairs, and PC, GES
and BOSS search all pairs, the strongest by attention, or as many by the mutual information of the
same documents, on rows that no document tells. What comes out is kept in the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import integer_seed, read_json, write_json
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
from causattn.papers.bnlearn.settings import BnlearnSettings
from causattn.results import Store
from causattn.stages import Stages

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
_KIND, _SCHEMA = "bnlearn", 1


def measure(settings: BnlearnSettings, network: str, seed: int, cache: Path) -> pd.DataFrame:
    """Return a row each size, algorithm and set of pairs, from the store where it is there.

    Parameters
    ----------
    settings
        The protocol.
    network
        Its name in the bnlearn repository.
    seed
        Draws documents, weights and rows.
    cache
        Folder of the store.
    """
    others = ("networks", "seeds", "checked", "steps")
    parts = {key: value for key, value in asdict(settings).items() if key not in others}
    made = Store(cache).fetch(
        _KIND,
        {**parts, "steps": settings.steps[network], "network": network, "seed": seed},
        _SCHEMA,
        lambda: _measure(settings, network, seed, cache),
        lambda rows, folder: write_json(folder / "rows.json", {"rows": rows}),
        lambda folder: list(read_json(folder / "rows.json")["rows"]),
    )
    return pd.DataFrame(made.value)


def _measure(
    settings: BnlearnSettings, network: str, seed: int, cache: Path
) -> list[dict[str, Any]]:
    screens, quality = _screens(settings, network, seed, cache)
    rows: list[dict[str, Any]] = []
    for count in settings.rows:
        drawn = load_corpus(
            {**settings.corpus, "network": network, "documents": count},
            integer_seed(seed, "bnlearn", "rows", network, count),
        )
        assert drawn.values is not None
        assert drawn.truth is not None
        frame = pd.DataFrame(drawn.values.astype(np.int64), columns=list(drawn.variables))
        about = {"network": network, "rows": count, "seed": seed}
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
    settings: BnlearnSettings, network: str, seed: int, cache: Path
) -> tuple[dict[str, CandidateEdges], dict[str, Any]]:
    """Return candidates by each screen, and how well each ranks the true pairs."""
    config = {
        "corpus": {**settings.corpus, "network": network, "documents": settings.documents},
        "model": {**settings.model, "steps": settings.steps[network]},
        "features": settings.features,
        "attention": settings.attention,
        "paths": {"cache": str(cache)},
    }
    stages = Stages(config, seed)
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    summary = stages.make_attention(corpus, model, table).value
    attention = select_candidates(settings.candidates, summary, table.value)
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
    score = attention_score(summary, settings.candidates["aggregate"])
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
