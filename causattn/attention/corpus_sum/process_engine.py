"""Shards over processes of this machine; what a process that dies was doing is done again.

This process is one of them: it has the model, and works while the others are being started, which
takes seconds. A worker is given a shard when it is ready for one, so that more workers are at no
time slower than none.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from causattn import base
from causattn.attention.corpus_sum.shard import Shards
from causattn.attention.corpus_sum.shard_run import ShardRunner
from causattn.attention.corpus_sum.task import Task, write_task
from causattn.attention.corpus_sum.worker import write_shard
from causattn.base import CausattnError, ModelError, say
from causattn.models import LanguageModel

ATTEMPTS = 3
"""How often a shard is given to a process before its death is taken for the shard's fault."""


@dataclass(frozen=True)
class _Event:
    """What a worker's thread has to say: a shard finished, a process died, or all is lost."""

    finished: int | None = None
    died: str | None = None
    error: BaseException | None = None


def run_in_processes(
    task: Task, model: LanguageModel, shards: Shards, missing: Sequence[int], place: Path
) -> Iterator[int]:
    """Yield each of the `missing` shards when its sums lie at its place.

    Each process takes as many threads as this one, so that the sums are the same to the last bit.
    The shards of this one are run in the thread that asks, to whom its number of threads belongs.

    Raises
    ------
    CausattnError
        What a worker found wrong; or a sentence where processes died at one shard again and again.
    """
    shutil.rmtree(place / "task", ignore_errors=True)
    write_task(place / "task", task, model)
    numbers: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in missing:
        numbers.put(number)
    events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
    crew = [
        _Crew(k, place, shards, numbers, events)
        for k in range(1, min(task.settings.workers, len(missing)))
    ]
    try:
        for each in crew:
            each.start()
        left = len(missing)
        with ShardRunner(task, model) as runner:
            while left:
                own = _next(numbers)
                if own is not None:
                    runner.keep(shards[own], place)
                    events.put(_Event(finished=own))
                while left and not (own is not None and events.empty()):
                    event = events.get()
                    if event.error is not None:
                        raise event.error
                    if event.finished is not None:
                        left -= 1
                        yield event.finished
                    elif not base.is_quiet():
                        say(event.died, error=True)
    finally:
        for each in crew:
            each.stop()
        for each in crew:
            each.join()
        for passing in ("jobs", "task"):
            shutil.rmtree(place / passing, ignore_errors=True)


def _next(numbers: queue.SimpleQueue[int]) -> int | None:
    """Return the next shard that nobody has, None where there is none."""
    try:
        return numbers.get_nowait()
    except queue.Empty:
        return None


class _Crew(threading.Thread):
    """Keeps one worker process busy, and puts another in its place where it dies."""

    def __init__(
        self,
        position: int,
        place: Path,
        shards: Shards,
        numbers: queue.SimpleQueue[int],
        events: queue.SimpleQueue[_Event],
    ) -> None:
        super().__init__(daemon=True)
        self._position, self._place, self._shards = position, place, shards
        self._numbers, self._events = numbers, events
        self._process: subprocess.Popen[str] | None = None
        self._halted = threading.Event()

    def run(self) -> None:
        """Run shards until none is left."""
        try:
            while not self._halted.is_set():
                if self._process is None:
                    self._begin()
                else:
                    self._do(self._numbers.get_nowait())
        except queue.Empty:
            pass
        except BaseException as error:
            if not self._halted.is_set():
                self._events.put(_Event(error=error))
        finally:
            self._end()

    def stop(self) -> None:
        """End the process and what it is doing."""
        self._halted.set()
        self._end()

    def _do(self, number: int) -> None:
        """Have one shard done."""
        for attempt in range(1, ATTEMPTS + 1):
            folder = self._place / "jobs" / f"{number}-{uuid.uuid4().hex[:8]}"
            write_shard(self._shards[number], folder)
            reply = self._ask(str(folder))
            shutil.rmtree(folder, ignore_errors=True)
            if self._halted.is_set():
                return
            if reply is not None:
                if "finished" not in reply:
                    raise getattr(base, str(reply["kind"]), CausattnError)(reply["sentence"])
                self._events.put(_Event(finished=number))
                return
            words = self._last_words()
            self._end()
            if attempt < ATTEMPTS:
                line = f"A worker process died ({words}); shard {number} is done again."
                self._events.put(_Event(died=line))
        first = number * self._shards.size(0)
        raise ModelError(
            f"A worker process died {ATTEMPTS} times at the documents from {first} on ({words}); "
            "where memory was short, use fewer attention.workers or a smaller "
            "attention.batch_tokens."
        )

    def _ask(self, line: str) -> dict[str, object] | None:
        """Return what the worker says to a line, None where it died instead."""
        try:
            if self._process is None:
                self._begin()
            assert self._process is not None
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            print(line, file=self._process.stdin, flush=True)
            reply = self._process.stdout.readline()
        except (BrokenPipeError, ValueError, AttributeError):
            return None  # it died, or was ended by `stop`
        return json.loads(reply) if reply.endswith("\n") else None

    def _begin(self) -> None:
        """Start a process and wait until it is ready; that it died shows when it is asked."""
        self._process = process = self._start_worker()
        assert process.stdout is not None
        try:
            process.stdout.readline()
        except ValueError:  # ended by `stop`
            return

    def _start_worker(self) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "OMP_NUM_THREADS": str(torch.get_num_threads()),
            "TOKENIZERS_PARALLELISM": "false",
        }
        if torch.cuda.device_count() > 1:
            visible = os.environ.get("CUDA_VISIBLE_DEVICES")
            every = map(str, range(torch.cuda.device_count()))
            names = visible.split(",") if visible else list(every)
            environment["CUDA_VISIBLE_DEVICES"] = names[self._position % len(names)]
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "causattn.attention.corpus_sum.worker", str(self._place)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                text=True,
                start_new_session=True,
            )

    @property
    def _log(self) -> Path:
        return self._place / f"worker-{self._position}.log"

    def _last_words(self) -> str:
        """Return how the process ended: its last line, or the signal that ended it."""
        code = None if self._process is None else self._process.wait()
        if code is not None and code < 0:
            return f"ended by signal {-code}"
        lines = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    try:
                        stream.close()
                    except (BrokenPipeError, OSError):
                        continue
