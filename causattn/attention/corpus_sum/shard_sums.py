"""The sums of all shards, in their order: run here, in other processes or on Ray, or read back.

The sums of a single shard are passed on. Of several, each shard's go through a file, and what lies
there finished is not run again. They are read back when all are there, so that no total stands in
memory beside the shard that is being summed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from causattn.attention.corpus_sum.shard import Shards
from causattn.attention.corpus_sum.shard_run import ShardRunner
from causattn.attention.corpus_sum.task import Task, shard_place
from causattn.attention.files import read_summary
from causattn.attention.measures.moments import AttentionSummary
from causattn.base import ArtefactError, progress, say
from causattn.models import LanguageModel

Engine = Callable[[Task, LanguageModel, Shards, list[int], Path], Iterator[int]]
"""Runs the shards that are missing, and yields each one's number when its sums lie at its place."""


def shard_sums(
    task: Task, model: LanguageModel, shards: Shards, folder: Path | None
) -> Iterator[AttentionSummary]:
    """Yield the sums of each shard, in the order of the shards.

    Parameters
    ----------
    task, model, shards
        What is summed, and over what.
    folder
        Where finished shards are kept; None keeps nothing.
    """
    settings = task.settings
    engine: Engine = run_here
    if settings.engine == "ray":
        from causattn.attention.corpus_sum.ray_engine import run_on_ray

        engine = run_on_ray
    elif settings.workers > 1:
        from causattn.attention.corpus_sum.process_engine import run_in_processes

        engine = run_in_processes
    elif len(shards) == 1:
        yield _of_one(task, model, shards)
        return
    with _place(folder, task, model, shards) as place:
        ready = _finished(place, len(shards))
        missing = [number for number in range(len(shards)) if number not in ready]
        done = sum(shards.size(number) for number in ready)
        with progress("Attention", len(shards.rows), "documents", done) as advance:
            for finished in engine(task, model, shards, missing, place) if missing else ():
                advance(shards.size(finished))
                if folder is not None:
                    os.utime(folder)  # in use: nothing that a store's pruning should take
        for number in range(len(shards)):
            yield read_summary(shard_place(place, number))


def _of_one(task: Task, model: LanguageModel, shards: Shards) -> AttentionSummary:
    """Return the sums of the only shard, kept nowhere."""
    with (
        progress("Attention", len(shards.rows), "documents") as advance,
        ShardRunner(task, model) as runner,
    ):
        return runner.run(shards[0], advance)


def run_here(
    task: Task, model: LanguageModel, shards: Shards, missing: list[int], place: Path
) -> Iterator[int]:
    """Yield each of the missing shards when its sums lie at its place."""
    with ShardRunner(task, model) as runner:
        for number in missing:
            runner.keep(shards[number], place)
            yield number


@contextmanager
def _place(folder: Path | None, task: Task, model: LanguageModel, shards: Shards) -> Iterator[Path]:
    """Yield where the shards of this very task lie; a passing place where none was given."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="causattn-shards-") as passing:
            yield Path(passing)
    else:
        place = folder / task.key(model, shards.fingerprint())
        place.mkdir(parents=True, exist_ok=True)
        yield place


def _finished(place: Path, count: int) -> set[int]:
    """Return the shards that lie finished and whole; damaged ones are said and taken away."""
    found = set()
    for number in range(count):
        where = shard_place(place, number)
        if not where.is_dir():
            continue
        try:
            read_summary(where)
        except ArtefactError as error:
            say(f"A shard is done again: {error}", error=True)
            shutil.rmtree(where)
        else:
            found.add(number)
    return found
