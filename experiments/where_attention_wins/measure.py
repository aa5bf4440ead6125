"""Where attention could be expected to win: few documents, many values, no main effects."""

from __future__ import annotations

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
from causattn.reproduction import Context
from causattn.stages import Stages

from .worlds import many_values, parity

MADE = {"parity": parity, "many_values": many_values}
RIVALS: dict[str, dict[str, Any]] = {
    "lasso": {},
    "trees": {},
    "cmi": {},
    "cmi given two": {"given": 2},
    "max_p": {},
}
LEARNED = ("steps_done", "reached", "loss_held_out", "loss_marginal")


@dataclass(frozen=True)
class Job:
    """All screens of one draw.

    Parameters
    ----------
    world
        A network that pgmpy bundles, or one of `MADE`.
    documents
        How many are drawn, for the model and the rivals.
    ranked_documents
        Over how many of them attention is summed.
    seed
        Draws documents, weights and batches.
    """

    world: str
    documents: int
    ranked_documents: int
    seed: int


def jobs(settings: Any) -> Iterator[Job]:
    """Yield all jobs, seed by seed, few documents first."""
    for seed in range(settings.seeds):
        for world, sizes in settings.worlds.items():
            for size in sizes:
                yield Job(world, size, min(size, settings.ranked_documents), seed)


def measure(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return a row a screen."""
    network = job.world
    if job.world in MADE:
        path = context.folder / f"{job.world}.bif"
        path.write_text(MADE[job.world](), encoding="utf-8")
        network = str(path)
    config = causattn.configure(
        "corpus=bayesnet",
        f"corpus.network='{network}'",
        f"corpus.documents={job.documents}",
        "features.collinear=drop",
        "attention.measures=[raw,mean]",
        f"attention.documents={job.ranked_documents}",
        f"paths.cache='{context.folder}'",
        seed=job.seed,
    )
    stages = Stages(config, job.seed)
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    summary = stages.make_attention(corpus, model, table).value
    strengths = {
        "attention": attention_score(summary, "mean"),
        "mutual_information": mutual_information_screen(table.value),
    }
    for name, how in RIVALS.items():
        selector = SELECTORS[name.split()[0]]
        strengths[name] = selector.of_values(selector.settings(**how), table.value, job.seed)
    truth = corpus.value.truth_over(table.value.names, table.value.determined)
    assert truth is not None
    about = {key: model.value.about.get(key) for key in LEARNED}
    rows = []
    for name, strength in strengths.items():
        found = score_candidates(np.maximum(strength, strength.T), truth.skeleton())
        figures = {key: found[key] for key in ("auc", "average_precision")}
        rows.append({"screen": name, **figures, **about})
    return rows
