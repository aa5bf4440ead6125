"""Which screen ranks a network's edges best: attention, or what needs no model.

Documents are the same for all; the model is trained for as long as it learns.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import causattn
from causattn.candidates import (
    SELECTORS,
    attention_score,
    mutual_information_screen,
    score_candidates,
)
from causattn.graphs import CausalGraph
from causattn.reproduction import Context
from causattn.stages import Stages

AGGREGATES = ("mean", "rollout", "norm")
RIVALS: dict[str, dict[str, Any]] = {
    "max_p": {},
    "cmi": {},
    "cmi given two": {"given": 2},
    "lasso": {},
    "trees": {},
}
"""Screens of the values with their settings, each as it is by default but for what is named."""
METRICS = ("auc", "average_precision", "precision_at_truth")
LEARNED = ("steps", "steps_done", "reached", "mention_loss", "mention_loss_frequencies")


@dataclass(frozen=True)
class Job:
    """One screen, or the attention of one model, on one network's documents.

    Parameters
    ----------
    screen
        ``attention``, ``mutual_information`` or one of `RIVALS`.
    network, documents
        The corpus.
    ranked_documents
        Over how many attention is summed; 0 for the others.
    seed
        Draws documents, weights and batches.
    """

    screen: str
    network: str
    documents: int
    ranked_documents: int
    seed: int


def jobs(settings: Any) -> Iterator[Job]:
    """Yield all jobs, seed by seed, screens in the order of the settings."""
    seeds = max(number for own in settings.screens.values() for number in own.values())
    for seed in range(seeds):
        for screen, own in settings.screens.items():
            read = settings.ranked_documents if screen == "attention" else 0
            for network, number in own.items():
                if seed < number:
                    yield Job(screen, network, settings.documents, read, seed)


def measure(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return a row a truth and score."""
    config = causattn.configure(
        "corpus=bayesnet",
        f"corpus.network={job.network}",
        f"corpus.documents={job.documents}",
        "features.collinear=drop",
        f"attention.measures=[{','.join(('raw', *AGGREGATES))}]",
        f"attention.documents={job.ranked_documents or 1}",
        f"paths.cache='{context.cache}'",
        seed=job.seed,
    )
    stages = Stages(config, job.seed)
    corpus = stages.make_corpus()
    about: dict[str, Any] = {}
    start = time.process_time()
    if job.screen == "attention":
        model = stages.make_model(corpus)
        table = stages.make_features(corpus, model)
        summary = stages.make_attention(corpus, model, table).value
        strengths = {name: attention_score(summary, name) for name in AGGREGATES}
        about = {key: model.value.about.get(key) for key in LEARNED}
    else:
        table = stages.make_features(corpus, None)
        start = time.process_time()
        if job.screen in RIVALS:
            selector = SELECTORS[job.screen.split()[0]]
            settings = selector.settings(**RIVALS[job.screen])
            strength = selector.of_values(settings, table.value, job.seed)
        else:
            strength = mutual_information_screen(table.value)
        strengths = {job.screen: strength}
    about["cpu_seconds"] = round(time.process_time() - start, 2)
    truth = corpus.value.truth_over(table.value.names, table.value.determined)
    assert truth is not None
    rows = []
    for target, matrix in (("skeleton", truth.skeleton()), ("moral", moral(truth))):
        for name, strength in strengths.items():
            found = score_candidates(np.maximum(strength, strength.T), matrix)
            rows.append(
                {"target": target, "score": name, **{k: found[k] for k in METRICS}, **about}
            )
    return rows


def moral(truth: CausalGraph) -> np.ndarray:
    """Return which pairs are in one another's Markov blanket, bool [v, v], symmetric."""
    directed = truth.directed().astype(int)  # from row to column
    found = truth.skeleton() | ((directed @ directed.T) > 0)
    np.fill_diagonal(found, False)
    return found
