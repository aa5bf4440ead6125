"""Which job a free worker gets next: none that must wait for another, and of the rest the longest.

Jobs of one model share its training: one computes it, the others wait (`causattn.results.Store`).
A worker that waits does nothing, and one that begins a long job last lets all others wait for it.
So, each time a worker is free, it gets the first of these that there is:

================= ===============================================================================
a job that makes  a model that nobody makes yet, then attention that nobody reads yet
a job that finds  all that it shares with others made; the longest first
a job that waits  for what others make: no other job is left
================= ===============================================================================

How long a job takes is not known before. It is taken to be as long as those that differ from it in
their seed alone, else as those of the same algorithm; where none of these has ended, as the longest
of all, so that this is soon known. What a job gives does not depend on when it is done.

Longest first is Graham's rule (1969), "Bounds on multiprocessing timing anomalies", SIAM Journal on
Applied Mathematics 17: at most 4/3 - 1/(3 m) of the shortest time on m workers.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Hashable, Sequence
from typing import TypeVar

from causattn.cli.order import ATTENTION, MODEL, text_of
from causattn.cli.prepared import Job

K = TypeVar("K", bound=Hashable)


class Turns:
    """The jobs of a sweep that are still to be begun.

    Parameters
    ----------
    jobs
        The jobs, each with its resolved configuration; what nothing else decides, their order does.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._left = len(jobs)
        self._made: set[str] = set()
        self._making: dict[str, int] = {}
        self._took: dict[str, list[float]] = {}
        self._apart: dict[str, deque[Job]] = {}
        self._ready: dict[tuple[str, str], deque[Job]] = {}
        for job in jobs:
            self._apart.setdefault(text_of(job.config, ATTENTION), deque()).append(job)

    def __len__(self) -> int:
        return self._left

    def take(self) -> Job | None:
        """Return the job to begin now, None where all have been begun."""
        if not self._left:
            return None
        self._left -= 1
        attention = self._to_make()
        if attention is None and self._ready:
            job = _first(self._ready, max(self._ready, key=self._expected))
        else:
            job = _first(self._apart, attention or next(iter(self._apart)))
        for part in _shared(job):
            self._making[part] = self._making.get(part, 0) + 1
        return job

    def end(self, job: Job, seconds: float | None) -> None:
        """Note that a job that was taken has ended.

        Parameters
        ----------
        job
            The job.
        seconds
            How long it took; None where it did not finish, so that it says nothing on others, and
            what it was to make may be missing.
        """
        model, attention = _shared(job)
        for part in (model, attention):
            self._making[part] -= 1
        if seconds is None:
            return
        self._made |= {model, attention}
        for likeness in _likeness(job):
            self._took.setdefault(likeness, []).append(seconds)
        for other in self._apart.pop(attention, ()):
            self._ready.setdefault(_likeness(other), deque()).append(other)

    def _to_make(self) -> str | None:
        """Return what the next job that makes something makes: the attention's text."""
        found = None
        for attention, (job, *_) in self._apart.items():
            if self._making.get(attention, 0) > 0:
                continue
            model = text_of(job.config, MODEL)
            if model in self._made:
                found = found or attention
            elif not self._making.get(model, 0) > 0:
                return attention
        return found

    def _expected(self, likeness: tuple[str, str]) -> float:
        """Return how many seconds a job is expected to take."""
        for each in likeness:
            if known := self._took.get(each):
                return math.fsum(known) / len(known)
        return math.inf


def _first(groups: dict[K, deque[Job]], name: K) -> Job:
    """Take the first job of a group, and away the group where it is empty then."""
    job = groups[name].popleft()
    if not groups[name]:
        del groups[name]
    return job


def _shared(job: Job) -> tuple[str, str]:
    """Return the texts of a job's model and attention, with all that these are made from."""
    return text_of(job.config, MODEL), text_of(job.config, ATTENTION)


def _likeness(job: Job) -> tuple[str, str]:
    """Return what jobs of similar length have in common, the closest likeness first."""
    others = sorted(name for name in job.config if name != "seed")
    return text_of(job.config, others), text_of(job.config, ["discovery"])
