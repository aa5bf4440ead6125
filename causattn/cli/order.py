"""In which order a sweep's jobs are begun: what others wait for goes first.

Jobs of one model share its training: one computes it, the others wait (`causattn.results.Store`),
each with a worker that could do something else. So the first job of every model comes first, then
the first of every attention summary, then the rest, model by model in the order in which these
were begun. A launcher is given the list in this order; our own also passes over jobs that would
wait for one that runs, as long as there are others (`Waiting`). What a job gives does not depend on
when it is done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from causattn.cli.prepared import Job

_MODEL = ("seed", "corpus", "model")
_ATTENTION = (*_MODEL, "features", "attention")


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
        model, attention = _shared(job)
        rank = 0 if model not in models else 1 if attention not in attentions else 2
        begun = models.setdefault(model, len(models))
        attentions.add(attention)
        placed.append((rank, begun, number, job))
    return [job for *_, job in sorted(placed, key=lambda each: each[:3])]


class Waiting:
    """The jobs that are still to be begun.

    Parameters
    ----------
    jobs
        The jobs, each with its resolved configuration.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = what_others_wait_for_first(jobs)
        self._shared = {job.number: _shared(job) for job in jobs}
        self._made: set[str] = set()

    def __len__(self) -> int:
        return len(self._jobs)

    def take(self, running: Iterable[Job]) -> Job | None:
        """Return the job to begin now, None where all have been begun.

        Parameters
        ----------
        running
            The jobs that run, which make what others share with them.
        """
        if not self._jobs:
            return None
        making = {part for job in running for part in self._shared[job.number]} - self._made
        free = (n for n, job in enumerate(self._jobs) if not making & {*self._shared[job.number]})
        return self._jobs.pop(next(free, 0))

    def made(self, job: Job) -> None:
        """Note that a job has finished, so that what it shares with others is there."""
        self._made |= {*self._shared[job.number]}


def _shared(job: Job) -> tuple[str, str]:
    """Return the texts of a job's model and attention, with all that these are made from."""
    model, attention = (
        json.dumps([job.config.get(name) for name in names], sort_keys=True, default=str)
        for names in (_MODEL, _ATTENTION)
    )
    return model, attention
