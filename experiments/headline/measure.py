"""How well attention ranks the pairs of a network's variables, and what discovery gains by it.

Every job but the one thing it varies has the settings that the protocol says first. Models,
documents and attention come from the store, so that no job trains what another has trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import causattn
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
from causattn.stages import PERMUTED, UNTRAINED, Control, Stages

AGGREGATES = ("mean", "max", "rollout", "norm", "gradient")
MEASURES = ("raw", "mean", "rollout", "norm", "gradient")
RIVALS = ("lasso", "cmi")
"""Screens that need no model, beside attention where discovery is restricted or weighed."""
FIGURES = ("auc", "average_precision", "precision_at_truth")
ROWS_SEED = 100
"""Added to a seed for its rows, so that no row is a document of the pretrained model's corpus:
that is drawn with the seed itself, and equal seeds would draw the same documents."""
ALGORITHMS: dict[str, dict[str, Any]] = {
    # Conditioning is fixed: by default candidates would change it too, and gain by that alone.
    "PC": {"kind": "pc", "test": "g_square", "alpha": 0.01, "conditioning": "paths"},
    "GES": {
        "kind": "ges",
        "score": "bdeu",
        "equivalent_sample_size": 1.0,
        "structure_prior": 1.0,
    },
}


@dataclass(frozen=True)
class Job:
    """One model, and what its attention is put to.

    Parameters
    ----------
    kind
        ``screen`` ranks pairs; ``restrict``, ``weigh`` and ``weigh fairly`` hand the ranking to PC
        and GES, the last with a model that saw nothing but their rows.
    network, order, style, documents, width, steps
        The corpus and the model.
    attention_documents, flow_documents
        Over how many attention is summed, and maximum flow (0: not at all).
    seed
        Draws documents, weights, batches and rows.
    rows
        Of the search; 0 where there is none.
    """

    kind: str
    network: str
    order: str
    style: str
    documents: int
    width: int
    steps: int
    attention_documents: int
    flow_documents: int
    seed: int
    rows: int = 0


def jobs(settings: Any) -> Iterator[Job]:
    """Yield all jobs; those that come first answer most."""
    for seed in range(settings.seeds):
        own = {network: standard(settings, network, seed) for network in settings.steps}
        yield from (Job("screen", **each) for each in own.values())
        for kind, sizes in (("restrict", settings.restricted), ("weigh", settings.weighed)):
            for each in own.values():
                search = {**each, "attention_documents": settings.searched_documents}
                search["flow_documents"] = 0
                yield from (Job(kind, **search, rows=rows) for rows in sizes)
        for network in settings.varied:
            changes = [{"order": order, "style": style} for order, style in settings.renderings]
            changes += [{key: at} for key, values in settings.grown.items() for at in values]
            for change in changes:
                yield Job("screen", **{**own[network], "flow_documents": 0, **change})
        for network, sizes in settings.fair.items():
            for rows in sizes:
                fair = {"documents": rows, "steps": settings.fair_steps, "flow_documents": 0}
                fair["attention_documents"] = settings.searched_documents
                yield Job("weigh fairly", **{**own[network], **fair}, rows=rows)


def standard(settings: Any, network: str, seed: int) -> dict[str, Any]:
    """Return corpus and model as they are where nothing is varied."""
    return {
        "network": network,
        "order": "shuffled",
        "style": "words",
        "documents": settings.documents,
        "width": settings.width,
        "steps": settings.steps[network],
        "attention_documents": settings.ranked_documents,
        "flow_documents": settings.flow_documents,
        "seed": seed,
    }


def measure(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return a row a truth and screen, or a row an algorithm and screen."""
    return ranked(job, context) if job.kind == "screen" else searched(job, context)


def stages_of(job: Job, context: Context, seed: int, *more: str) -> Stages:
    """Return the stages of the study that a job's model belongs to."""
    config = causattn.configure(
        f"corpus={job.network}",
        f"corpus.order={job.order}",
        f"corpus.style={job.style}",
        f"corpus.documents={job.documents}",
        f"model.steps={job.steps}",
        f"model.width={job.width}",
        f"model.feed_forward={2 * job.width}",
        *more,
        f"paths.cache='{context.cache}'",
        seed=seed,
    )
    return Stages(config, seed)


def ranked(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return how well each way of ranking pairs finds the skeleton and the moral graph."""
    stages = stages_of(
        job,
        context,
        job.seed,
        f"attention.measures=[{','.join(MEASURES)}]",
        f"attention.documents={job.attention_documents}",
    )
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    own = stages.make_attention(corpus, model, table).value
    strengths = {name: attention_score(own, name) for name in AGGREGATES}
    if job.flow_documents:
        few = ("attention.measures=[flow]", f"attention.documents={job.flow_documents}")
        flow = stages_of(job, context, job.seed, *few).make_attention(corpus, model, table)
        strengths["flow"] = attention_score(flow.value, "flow")
    for control in (UNTRAINED, PERMUTED):
        summary = stages.make_attention(corpus, model, table, Control(control)).value
        strengths[control] = attention_score(summary, "mean")
    strengths["mutual_information"] = mutual_information_screen(table.value)
    truth = corpus.value.truth_over(table.value.names)
    assert truth is not None
    about = {
        key: model.value.about[key] for key in ("loss_held_out", "loss_marginal", "parameters")
    }
    rows = []
    for target, matrix in (("skeleton", truth.skeleton()), ("moral", moral(truth))):
        for name, strength in strengths.items():
            found = score_candidates(np.maximum(strength, strength.T), matrix)
            figures = {key: found[key] for key in FIGURES}
            rows.append({"target": target, "screen": name, **figures, **about})
    return rows


def moral(truth: CausalGraph) -> np.ndarray:
    """Return which pairs are in one another's Markov blanket, bool [v, v], symmetric."""
    directed = truth.directed().astype(int)  # from row to column
    found = truth.skeleton() | ((directed @ directed.T) > 0)
    np.fill_diagonal(found, False)
    return found


def searched(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return what PC and GES find plainly and with each screen put to the job's use.

    Few rows may show a variable with one value alone, and then nothing can be searched; the reason
    is returned as ``left_out``.
    """
    seed = job.seed + ROWS_SEED
    screens = evidence(job, context, seed if job.kind == "weigh fairly" else job.seed)
    corpus = load_corpus({"kind": "bayesnet", "network": job.network, "documents": job.rows}, seed)
    assert corpus.values is not None
    assert corpus.truth is not None
    frame = pd.DataFrame(corpus.values.astype(np.int64), columns=list(corpus.variables))
    if alike := [name for name in frame if frame[name].nunique() == 1]:
        return [{"left_out": f"{', '.join(alike)} the same in all rows"}]
    use, rows = job.kind.split()[0], []
    for algorithm, settings in ALGORITHMS.items():
        for name, candidates in {"plain": None, **screens}.items():
            how = {**settings, "candidates": "ignore" if candidates is None else use}
            # Twice, so that one of them compiles nothing; the graphs are the same.
            graphs = [discover(how, frame, candidates, job.seed) for _ in range(2)]
            figures = compare_graphs(graphs[1], corpus.truth)
            rows.append(
                {
                    "algorithm": algorithm,
                    "screen": name,
                    "f1": figures["adjacency_f1"],
                    "shd": figures["shd"],
                    "tests": graphs[1].tests,
                    "seconds": min(graph.details["seconds"] for graph in graphs),
                }
            )
    return rows


def evidence(job: Job, context: Context, seed: int) -> Mapping[str, CandidateEdges]:
    """Return candidates by attention, and as many by what needs no model, of one corpus."""
    stages = stages_of(job, context, seed, f"attention.documents={job.attention_documents}")
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
    rivals = {name: select_candidates({"kind": name}, None, table.value) for name in RIVALS}
    return {"attention": attention, "mutual information": information, **rivals}
