"""Shards over a Ray cluster, for what one machine is too small for.

Ray (Moritz et al. 2018, "Ray: a distributed framework for emerging AI applications", OSDI) hands
shards to nodes, and hands a dead node's shards to others. Model and task travel once, as the plain
files that a worker process reads, too; no common file system is needed. Each node needs the same
causattn.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from causattn.attention.corpus_sum.shard import Shard, Shards
from causattn.attention.corpus_sum.shard_run import ShardRunner
from causattn.attention.corpus_sum.task import Task, read_task, shard_place, write_task
from causattn.attention.corpus_sum.totals import by_pairs
from causattn.attention.files import write_summary
from causattn.attention.measures.moments import AttentionSummary
from causattn.base import CausattnError, ConfigError, ModelError, content_key, quiet
from causattn.models import LanguageModel

RETRIES = 5
"""How often a shard is handed to another node when one dies."""
_STORE = 200_000_000
"""Bytes of shared memory for a cluster started here: a model and a few shards."""

_open: dict[str, ShardRunner] = {}
"""The runner that this Ray process holds open, by task; at most one."""


def run_on_ray(
    task: Task, model: LanguageModel, shards: Shards, missing: Sequence[int], place: Path
) -> Iterator[int]:
    """Yield each of the `missing` shards when its sums lie at its place.

    Raises
    ------
    ConfigError
        Where Ray is not installed, or the cluster cannot be reached.
    CausattnError
        What a worker found wrong; or a sentence where Ray gave a shard up.
    """
    ray = _package()
    settings = task.settings
    with _connected(ray, settings.ray_address, settings.workers):
        with tempfile.TemporaryDirectory(prefix="causattn-task-") as folder:
            write_task(Path(folder), task, model)
            files = {
                str(path.relative_to(folder)): path.read_bytes()
                for path in sorted(Path(folder).rglob("*"))
                if path.is_file()
            }
        key = content_key([place.name, os.getpid(), id(files)])
        held = ray.put(files)
        on_gpu = settings.device != "cpu" and ray.cluster_resources().get("GPU", 0) >= 1
        threads = torch.get_num_threads()
        run = ray.remote(
            num_cpus=threads, num_gpus=1 if on_gpu else 0, max_retries=RETRIES, max_calls=0
        )(_run)
        waiting: dict[Any, int] = {}
        numbers = iter(missing)
        while True:
            # Enough to keep every processor busy, and no more of the corpus than that in flight.
            cluster = int(ray.cluster_resources().get("CPU", 1)) // threads
            most = max(1, settings.workers or cluster)
            while len(waiting) < most + 1 and (number := next(numbers, None)) is not None:
                waiting[run.remote(key, held, shards[number])] = number
            if not waiting:
                return
            (ready, *_), _ = ray.wait(list(waiting), num_returns=1)
            number = waiting.pop(ready)
            try:
                found = ray.get(ready)
            except ray.exceptions.RayError as error:
                reason = " ".join(str(error).split())
                raise ModelError(
                    f"Ray gave up the shard from document {shards[number].first} on "
                    f"({type(error).__name__}: {reason:.200}); see the cluster's log."
                ) from None
            if isinstance(found, CausattnError):
                raise found
            write_summary(found, shard_place(place, number))
            yield number


def _run(key: str, files: dict[str, bytes], shard: Shard) -> AttentionSummary | CausattnError:
    """Run one shard inside a Ray process, which keeps its model for the next."""
    with quiet():
        try:
            if key not in _open:
                while _open:
                    _open.popitem()[1].__exit__(None, None, None)
                _open[key] = _opened(files)
            return by_pairs(_open[key].run(shard, lambda amount: None))
        except CausattnError as error:
            return error


def _opened(files: dict[str, bytes]) -> ShardRunner:
    """Return a runner made from a task's files."""
    with tempfile.TemporaryDirectory(prefix="causattn-task-") as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        task, model = read_task(Path(folder))
    return ShardRunner(task, model).__enter__()


def _package() -> Any:
    try:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        import ray
    except ImportError:
        raise ConfigError(
            "attention.engine=ray needs the package ray; install causattn[ray], or use "
            "attention.engine=processes."
        ) from None
    return ray


@contextmanager
def _connected(ray: Any, address: str | None, workers: int) -> Iterator[None]:
    """Be connected to a cluster inside the block: the one joined, the one named, or a new one."""
    if ray.is_initialized():
        yield
        return
    local: dict[str, Any] = {
        "num_cpus": (workers or os.cpu_count() or 1) * torch.get_num_threads(),
        "object_store_memory": _STORE,
        "include_dashboard": False,
    }
    try:
        ray.init(
            address=address or "local",
            log_to_driver=False,
            logging_level="ERROR",
            **({} if address else local),
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(
            f"The Ray cluster attention.ray_address={address} cannot be joined ({reason:.200}); "
            "check the address, or leave it null to start one on this machine."
        ) from None
    try:
        yield
    finally:
        ray.shutdown()
