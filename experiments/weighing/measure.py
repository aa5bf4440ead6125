"""What is compared, on which rows and with which evidence, and how each is measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import causattn
from causattn.candidates import (
    CandidateEdges,
    mutual_information_screen,
    select_candidates,
    strongest_pairs,
)
from causattn.corpora import load_corpus
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs
from causattn.reproduction import Context
from causattn.stages import Stages

PRETRAINED = "attention, pretrained"
SAME = "attention, same documents"
INFORMATION = "mutual information, same documents"
NO_EVIDENCE = "none"
ALONE = "evidence alone"
NO_MODEL = -1

ROWS_SEED = 100
"""Added to a seed for its rows, so that no row is a document of the pretrained model's corpus:
that is drawn with the seed itself, and equal seeds would draw the same documents."""

Contenders = dict[str, dict[str, Any]]
_BDEU = {"score": "bdeu", "equivalent_sample_size": 1.0, "structure_prior": 1.0}
FAMILIES: Contenders = {
    "PC, alpha .01": {"kind": "pc", "test": "g_square", "alpha": 0.01},
    "PC, alpha .05": {"kind": "pc", "test": "g_square", "alpha": 0.05},
    "GES, BIC": {"kind": "ges", "score": "bic", "penalty": 0.5},
    "GES, BDeu": {"kind": "ges", **_BDEU},
    "BOSS, BIC": {"kind": "boss", "score": "bic", "penalty": 0.5},
    "BOSS, BDeu": {"kind": "boss", **_BDEU},
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


@dataclass(frozen=True)
class Job:
    """All contenders on the same rows with the same evidence.

    Parameters
    ----------
    case
        ``rows alone``, ``same documents`` (a model trained on the rows' own) or ``pretrained``.
    network, rows, seed
        What the algorithms are given.
    model, documents, steps
        The model whose attention is the evidence: its seed (`NO_MODEL` for none) and training.
    attention_documents
        Over how many attention is summed.
    strongest
        Pairs that a threshold on the evidence alone keeps.
    """

    case: str
    network: str
    rows: int
    seed: int
    model: int
    documents: int
    steps: int
    attention_documents: int
    strongest: tuple[int, ...]


def jobs(settings: Any) -> Iterator[Job]:
    """Yield all jobs: rows alone, the fair case, the pretrained models."""
    samples = range(max(settings.seeds, settings.samples))
    read, kept = settings.attention_documents, tuple(settings.strongest)
    for rows in settings.rows:
        for seed in samples:
            yield Job("rows alone", settings.network, rows, seed, NO_MODEL, 0, 0, 0, kept)
    for rows in settings.fair_rows:
        for seed in range(settings.seeds):
            own = (settings.network, rows, seed, seed, rows, settings.fair_steps, read, kept)
            yield Job("same documents", *own)
    trained = (settings.documents, settings.steps, read, kept)
    for model in range(settings.seeds):
        for rows in settings.rows:
            for seed in samples:
                yield Job("pretrained", settings.network, rows, seed, model, *trained)


def measure(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return a row a contender."""
    frame, truth = sampled(job.network, job.rows, job.seed)
    if job.case == "rows alone":
        evidence = [(NO_EVIDENCE, contenders_alone(job.strongest), None)]
    else:
        attention, information = evidence_of(job, context)
        frame = frame[list(attention.names)]
        order = [truth.names.index(name) for name in attention.names]
        truth = CausalGraph(attention.names, truth.marks[np.ix_(order, order)], kind="dag")
        beside = contenders_beside(job.strongest)
        if job.case == "same documents":
            evidence = [(SAME, beside, attention), (INFORMATION, beside, information)]
        else:
            if job.seed == job.model:
                beside |= of_strengths(len(attention.names))
            evidence = [(PRETRAINED, beside, attention)]
    return [
        {"evidence": name, "contender": label, **found(settings, frame, truth, candidates, job)}
        for name, contenders, candidates in evidence
        for label, settings in contenders.items()
    ]


def found(
    settings: dict[str, Any],
    frame: pd.DataFrame,
    truth: CausalGraph,
    candidates: CandidateEdges | None,
    job: Job,
) -> dict[str, Any]:
    """Return what one contender finds."""
    # Twice, so that one of them compiles nothing; the graphs are the same.
    graphs = [discover(settings, frame, candidates, job.seed) for _ in range(2)]
    figures = compare_graphs(graphs[1], truth)
    return {
        **{name: figures[key] for name, key in FIGURES.items()},
        "tests": graphs[1].tests,
        "seconds": min(each.details["seconds"] for each in graphs),
        "algorithm": graphs[1].algorithm,
    }


def contenders_alone(strongest: Sequence[int]) -> Contenders:
    """Return the settings of what looks at the rows and nothing else, by label."""
    found: Contenders = {
        f"mutual information, {count} strongest pairs": {
            "kind": "mutual_information",
            "edges": count,
        }
        for count in strongest
    }
    for family, settings in FAMILIES.items():
        found[f"{family}, plain"] = {**settings, "candidates": "ignore"}
    return found


def contenders_beside(strongest: Sequence[int]) -> Contenders:
    """Return the settings of what is handed evidence on the pairs, by label."""
    found: Contenders = {
        f"{ALONE}, {count} strongest pairs": {"kind": "attention_threshold", "edges": count}
        for count in strongest
    }
    for family, settings in FAMILIES.items():
        for name, use in USES.items():
            found[f"{family}, {name}"] = {**settings, "candidates": use}
    return found


def of_strengths(size: int) -> Contenders:
    """Return the weighed algorithms with the evidence taken for more and for less, by label."""
    found: Contenders = {}
    for family, settings in FAMILIES.items():
        for name, strength in STRENGTHS.items():
            own = dict(strength)
            if "expected_edges" in own:
                own["expected_edges"] *= size
            found[f"{family}, weighed, {name}"] = {**settings, "candidates": "weigh", **own}
    return found


def evidence_of(job: Job, context: Context) -> tuple[CandidateEdges, CandidateEdges]:
    """Return a model's attention as candidates, and its documents' mutual information, as many."""
    seed = job.model + (ROWS_SEED if job.case == "same documents" else 0)
    config = causattn.configure(
        f"corpus={job.network}",
        f"corpus.documents={job.documents}",
        f"model.steps={job.steps}",
        f"attention.documents={job.attention_documents}",
        f"paths.cache='{context.cache}'",
        seed=seed,
    )
    stages = Stages(config, seed)
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    summary = stages.make_attention(corpus, model, table).value
    attention = select_candidates({"kind": "top_k"}, summary, table.value)
    strength = mutual_information_screen(table.value)
    return attention, CandidateEdges(
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
    settings = {"kind": "bayesnet", "network": network, "documents": rows}
    corpus = load_corpus(settings, seed + ROWS_SEED)
    assert corpus.values is not None
    assert corpus.truth is not None
    frame = pd.DataFrame(corpus.values.astype(np.int64), columns=list(corpus.variables))
    return frame, corpus.truth
