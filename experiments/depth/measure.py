"""Which screen finds a world's edges in models of one to six layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import causattn
from causattn.attribution import summarise_attribution
from causattn.base import generator
from causattn.candidates import (
    SELECTORS,
    attention_score,
    attribution_score,
    mutual_information_screen,
    score_candidates,
)
from causattn.reproduction import Context
from causattn.stages import Stages

from .worlds import lagged

LAGGED = "lagged"
ATTENTION = {"mean": "attention", "norm": "attention, norm-weighted", "rollout": "rollout"}
RIVALS = ("lasso", "trees", "cmi")
METRICS = {"auc": "auc", "average_precision": "ap", "precision_at_truth": "f1"}
"""As many pairs as the truth has are taken for edges, so that precision and recall are one."""


@dataclass(frozen=True)
class Job:
    """All screens of one model.

    Parameters
    ----------
    world
        ``lagged``, or a network that pgmpy bundles.
    layers
        Of the model.
    documents, read
        How many are learned from, and how many are read.
    series, steps, epochs
        Of the lagged world, 0 elsewhere.
    explainers
        Divided by blanks.
    seed
        Draws lags, documents, weights and batches.
    """

    world: str
    layers: int
    documents: int
    read: int
    series: int
    steps: int
    epochs: int
    explainers: str
    seed: int


def jobs(settings: Any) -> Iterator[Job]:
    """Yield all jobs, seed by seed."""
    for seed in range(settings.seeds):
        for world in settings.worlds:
            made = (settings.series, settings.steps, settings.epochs)
            for layers in settings.layers:
                yield Job(
                    world,
                    layers,
                    settings.documents,
                    settings.read,
                    *(made if world == LAGGED else (0, 0, 0)),
                    " ".join(settings.explainers),
                    seed,
                )


def measure(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return a row a screen."""
    network, model = job.world, ["model=tiny_mlm"]
    if job.world == LAGGED:
        path = context.folder / "lagged.bif"
        path.write_text(lagged(job.series, job.steps, job.seed), encoding="utf-8")
        network = str(path)
        model = ["corpus.order=causal", "attention=next", "model=tiny_lm"]
        model += [f"model.epochs={job.epochs}", "model.checkpoints=null"]
    config = causattn.configure(
        "corpus=bayesnet",
        f"corpus.network='{network}'",
        f"corpus.documents={job.documents}",
        "features.collinear=drop",
        *model,
        f"model.layers={job.layers}",
        f"attention.measures=[raw,{','.join(ATTENTION)}]",
        f"attention.documents={job.read}",
        f"paths.cache='{context.folder}'",
        seed=job.seed,
    )
    stages = Stages(config, job.seed)
    corpus = stages.make_corpus()
    trained = stages.make_model(corpus)
    table = stages.make_features(corpus, trained)
    summary = stages.make_attention(corpus, trained, table).value
    strengths = {title: attention_score(summary, name) for name, title in ATTENTION.items()}
    for kind in job.explainers.split():
        found = summarise_attribution(
            {"kind": kind, "documents": job.read},
            trained.value,
            corpus.value,
            table.value,
            job.seed,
        )
        strengths[kind] = attribution_score(found)
    strengths["mutual information"] = mutual_information_screen(table.value)
    for name in RIVALS:
        selector = SELECTORS[name]
        strengths[name] = selector.of_values(selector.settings(), table.value, job.seed)
    strengths["random"] = generator(job.seed, "depth").random((table.value.size,) * 2)
    truth = corpus.value.truth_over(table.value.names, table.value.determined)
    assert truth is not None
    learned = {key: trained.value.about.get(key) for key in ("reached", "perplexity_held_out")}
    rows = []
    for screen, strength in strengths.items():
        scored = score_candidates(np.maximum(strength, strength.T), truth.skeleton())
        figures = {short: scored[key] for key, short in METRICS.items()}
        rows.append({"screen": screen, **figures, **learned})
    return rows
