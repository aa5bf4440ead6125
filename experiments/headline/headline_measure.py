"""How each kind of job is measured, through the stages of a study and its store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from causattn.candidates import (
    CandidateEdges,
    attention_score,
    mutual_information_screen,
    score_candidates,
    select_candidates,
    strongest_pairs,
)
from causattn.cli.compose import compose_config, plain
from causattn.corpora import load_corpus
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs
from causattn.stages import PERMUTED, UNTRAINED, Control, Stages

Job = Mapping[str, Any]
Figures = dict[str, Any]

AGGREGATES = ("mean", "max", "rollout", "norm", "gradient")
ROWS_SEED = 100
"""Added to a seed for its rows, so that no row is a document of the pretrained model's corpus:
that is drawn with the seed itself, and equal seeds would draw the same documents."""
ALGORITHMS: dict[str, dict[str, Any]] = {
    "PC": {"kind": "pc", "test": "g_square", "alpha": 0.01},
    "GES": {
        "kind": "ges",
        "score": "bdeu",
        "equivalent_sample_size": 1.0,
        "structure_prior": 1.0,
    },
}


def stages_of(job: Job, overrides: Sequence[str], seed: int, *more: str) -> Stages:
    """Return the stages of the study that a job's model belongs to."""
    settings = [
        f"corpus={job['network']}",
        f"corpus.order={job['order']}",
        f"corpus.style={job['style']}",
        f"corpus.documents={job['documents']}",
        f"model.steps={job['steps']}",
        f"model.width={job['width']}",
        f"model.feed_forward={2 * job['width']}",
        f"seed={seed}",
    ]
    return Stages(plain(compose_config([*settings, *overrides, *more])), seed)


def symmetric(score: np.ndarray) -> np.ndarray:
    """Return the larger of a pair's two scores, float64 [v, v]."""
    return np.maximum(score, score.T)


def screen(job: Job, overrides: Sequence[str]) -> Figures:
    """Return how well each way of ranking pairs finds the skeleton and the moral graph."""
    measures = ["raw", "mean", "rollout", "norm", "gradient"]
    stages = stages_of(
        job,
        overrides,
        job["seed"],
        f"attention.measures=[{','.join(measures)}]",
        f"attention.documents={job['attention_documents']}",
    )
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    own = stages.make_attention(corpus, model, table).value
    strengths = {name: attention_score(own, name) for name in AGGREGATES}
    if count := job["flow_documents"]:
        few = ("attention.measures=[flow]", f"attention.documents={count}")
        flow = stages_of(job, overrides, job["seed"], *few)
        summary = flow.make_attention(corpus, model, table).value
        strengths["flow"] = attention_score(summary, "flow")
    for control in (UNTRAINED, PERMUTED):
        summary = stages.make_attention(corpus, model, table, Control(control)).value
        strengths[control] = attention_score(summary, "mean")
    strengths["mutual_information"] = mutual_information_screen(table.value)
    truth = corpus.value.truth_over(table.value.names)
    assert truth is not None
    targets = {"skeleton": truth.skeleton(), "moral": moral(truth)}
    found = {
        target: {
            name: {
                figure: value
                for figure, value in score_candidates(symmetric(strength), matrix).items()
                if figure in ("auc", "average_precision", "precision_at_truth")
            }
            for name, strength in strengths.items()
        }
        for target, matrix in targets.items()
    }
    losses = {key: model.value.about[key] for key in ("loss_held_out", "loss_marginal")}
    return {**found, **losses, "parameters": model.value.about["parameters"]}


def moral(truth: CausalGraph) -> np.ndarray:
    """Return which pairs are in one another's Markov blanket, bool [v, v], symmetric."""
    directed = truth.directed().astype(int)
    found = truth.skeleton() | ((directed @ directed.T) > 0)
    np.fill_diagonal(found, False)
    return found


def evidence(job: Job, overrides: Sequence[str], seed: int) -> dict[str, CandidateEdges]:
    """Return candidates by attention and, as many, by mutual information of the same documents."""
    stages = stages_of(job, overrides, seed)
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    summary = stages.make_attention(corpus, model, table).value
    attention = select_candidates({"kind": "top_k"}, summary, table.value)
    strength = mutual_information_screen(table.value)
    information = CandidateEdges(
        attention.names,
        score=strength,
        p_value=np.full_like(strength, np.nan),
        allowed=strongest_pairs(strength, attention.pair_count),
        method=f"mutual information, top {attention.pair_count} pairs",
    )
    return {"attention": attention, "mutual information": information}


def sampled(job: Job) -> tuple[pd.DataFrame, CausalGraph]:
    """Return rows that a discovery algorithm is given, and the network's graph."""
    settings = {"kind": "bayesnet", "network": job["network"], "documents": job["rows"]}
    corpus = load_corpus(settings, job["seed"] + ROWS_SEED)
    assert corpus.values is not None
    assert corpus.truth is not None
    frame = pd.DataFrame(corpus.values.astype(np.int64), columns=list(corpus.variables))
    return frame, corpus.truth


def searched(job: Job, screens: Mapping[str, CandidateEdges], use: str) -> Figures:
    """Return what PC and GES find plainly and with each screen put to one use.

    Few rows may show a variable with one value alone, and then nothing can be searched; the reason
    is returned as ``left out``.
    """
    frame, truth = sampled(job)
    if alike := [name for name in frame if frame[name].nunique() == 1]:
        return {"left out": f"{', '.join(alike)} the same in all rows"}
    found: Figures = {}
    for algorithm, settings in ALGORITHMS.items():
        for name, candidates in {"plain": None, **screens}.items():
            how = {**settings, "candidates": "ignore" if candidates is None else use}
            # Twice, so that one of them compiles nothing; the graphs are the same.
            graphs = [discover(how, frame, candidates, job["seed"]) for _ in range(2)]
            figures = compare_graphs(graphs[1], truth)
            found[f"{algorithm}, {name}"] = {
                "f1": figures["adjacency_f1"],
                "shd": figures["shd"],
                "tests": graphs[1].tests,
                "seconds": min(graph.details["seconds"] for graph in graphs),
            }
    return found


def restrict(job: Job, overrides: Sequence[str]) -> Figures:
    """Return what restriction to the strongest pairs saves, and what it costs."""
    return searched(job, evidence(job, overrides, job["seed"]), "restrict")


def weigh(job: Job, overrides: Sequence[str]) -> Figures:
    """Return what weighing gains; in the fair case the model's documents are the rows."""
    seed = job["seed"] + ROWS_SEED if job["fair"] else job["seed"]
    return searched(job, evidence(job, overrides, seed), "weigh")


KINDS: dict[str, Callable[[Job, Sequence[str]], Figures]] = {
    "screen": screen,
    "restrict": restrict,
    "weigh": weigh,
}
