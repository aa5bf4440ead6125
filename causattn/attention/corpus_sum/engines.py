"""Who runs the shards: this process, several on this machine, or a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from causattn.attention.corpus_sum.process_engine import run_in_processes
from causattn.attention.corpus_sum.ray_engine import run_on_ray
from causattn.attention.corpus_sum.shard import Shards
from causattn.attention.corpus_sum.shard_run import ShardRunner
from causattn.attention.corpus_sum.shard_sums import ShardSums, shard_place, write_sums
from causattn.attention.corpus_sum.task import Task
from causattn.models import LanguageModel


def run_shards(
    task: Task,
    model: LanguageModel,
    shards: Shards,
    missing: Sequence[int],
    place: Path,
    advance: Callable[[float], None],
) -> Iterator[int]:
    """Yield each of the `missing` shards when its sums lie at its place, in any order."""
    if not missing:
        return
    if task.settings.here:
        with ShardRunner(task, model) as runner:
            for number in missing:
                sums = ShardSums.of(runner.run(shards[number], advance))
                write_sums(sums, shard_place(place, number))
                yield number
        return
    run = run_on_ray if task.settings.engine == "ray" else run_in_processes
    for number in run(task, model, shards, missing, place):
        advance(shards.size(number))
        yield number
