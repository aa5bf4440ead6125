"""In which order a sweep's jobs are handed to workers: what others wait for goes first.

Jobs of one model share its training: one computes it, the others wait (`causattn.results.Store`),
each with a worker that could do something else. So the first job of every model comes first, then
the first of every attention summary, then the rest, model by model in the order in which these
were begun. A launcher that is given the whole list can do no better; our own decides anew each time
a worker is free (`causattn.cli.turns`). What a job gives does not depend on when it is done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from causattn.cli.prepared import Job

MODEL = ("seed", "corpus", "model")
ATTENTION = (*MODEL, "features", "attention")


def what_others_wait_for_first(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs in the order in which they should begin.

    Parameters
    ----------
    jobs
        The jobs, each with its resolved configuration.
    """
    models: dict[str, int] = {}
    attentions: set[str] = set()
    placed = []
    for number, job in enumerate(jobs):
        model, attention = text_of(job.config, MODEL), text_of(job.config, ATTENTION)
        rank = 0 if model not in models else 1 if attention not in attentions else 2
        begun = models.setdefault(model, len(models))
        attentions.add(attention)
        placed.append((rank, begun, number, job))
    return [job for *_, job in sorted(placed, key=lambda each: each[:3])]


def text_of(config: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return the text of those parts of a configuration, the same for the same values."""
    return json.dumps([config.get(name) for name in names], sort_keys=True, default=str)
