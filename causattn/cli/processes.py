"""``launcher=processes``: a sweep's jobs in several processes of this machine, in a good order.

On Linux workers are forked from a process that has loaded what every job imports: the standard
library's fork server, which has a single thread, so that forking is safe. Elsewhere each worker
loads for itself. A worker does one job after another. One that dies takes only its job with it:
that is said, the others go on, and a new worker takes its place. One whose sweep is gone ends, too.

Jobs of one model share its training: one computes it, the others wait (`causattn.results.Store`),
each with a worker that could do something else. So the first job of every model comes first, then
the first of every attention summary, then the rest, model by model. Other launchers are given the
list in this order; here jobs that would wait for one that runs are passed over as well, as long as
there are others. What a job gives does not depend on when it is done.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from hydra.core.utils import JobReturn, JobStatus, env_override
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from causattn.base import ConfigError, one_line
from causattn.cli.hydra import SESSION
from causattn.cli.job import run_prepared
from causattn.cli.prepared import Job, PreparedJobs
from causattn.cli.progress import write_line

METHOD = "forkserver" if sys.platform == "linux" else "spawn"
"""Only Linux's libraries stand forking."""
_INTERRUPTED = 128 + signal.SIGTERM
_PATIENCE = 30.0  # seconds that a worker has to end when it is interrupted
_SERVER = "CAUSATTN_FORK_SERVER"  # is set while one starts, which by that knows what it is
_LOADED = ("causattn.study", "numba", "pyarrow.parquet")
_MODEL = ("seed", "corpus", "model")
_ATTENTION = (*_MODEL, "features", "attention")


def what_others_wait_for_first(jobs: Sequence[Job]) -> list[Job]:
    """Return jobs with resolved configurations in the order in which they should begin."""
    models: dict[str, int] = {}
    attentions: set[str] = set()
    placed = []
    for number, job in enumerate(jobs):
        model, attention = _shared(job)
        rank = 0 if model not in models else 1 if attention not in attentions else 2
        placed.append((rank, models.setdefault(model, len(models)), number, job))
        attentions.add(attention)
    return [job for *_, job in sorted(placed, key=lambda each: each[:3])]


class Waiting:
    """The jobs that are still to be begun, each with its resolved configuration."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = what_others_wait_for_first(jobs)
        self._made: set[str] = set()

    def __len__(self) -> int:
        return len(self._jobs)

    def take(self, running: Iterable[Job]) -> Job | None:
        """Return the job to begin while others run; None where all have been begun."""
        if not self._jobs:
            return None
        making = {part for job in running for part in _shared(job)} - self._made
        free = (n for n, job in enumerate(self._jobs) if not making & {*_shared(job)})
        return self._jobs.pop(next(free, 0))

    def made(self, job: Job) -> None:
        """Note that a job has finished, so that what it shares with others is there."""
        self._made |= {*_shared(job)}


def _shared(job: Job) -> tuple[str, str]:
    """Return the texts of a job's model and attention, with all that these are made from."""
    model, attention = (
        json.dumps([job.config.get(name) for name in names], sort_keys=True, default=str)
        for names in (_MODEL, _ATTENTION)
    )
    return model, attention


def begin() -> None:
    """Begin to load what jobs import, where workers can be forked from it; once a process."""
    if METHOD == "forkserver":
        multiprocessing.get_context(METHOD).set_forkserver_preload([__name__])
        with without_main(), env_override({_SERVER: "1"}):
            forkserver.ensure_running()


def _load() -> None:
    """Import what every job of a sweep needs, in the fork server.

    Libraries are loaded with one thread, since threads do not survive a fork, and Ctrl-C is
    answered by the process that began the sweep. What is loaded stays, so that no search for
    garbage among it copies memory that workers share (`gc.freeze`).
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    gc.disable()
    for name in _LOADED:
        import_module(name)
    gc.freeze()


class ProcessLauncher(Launcher):
    """Jobs in `workers` processes of this machine, None for as many as there are cores."""

    def __init__(self, workers: int | None = None) -> None:
        self._count = _cores() if workers is None else workers

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Remember what the jobs are to see; refuse what Hydra would have to do around each."""
        if not isinstance(self._count, int) or self._count < 1:
            raise ConfigError(f"workers={self._count} should be a whole number from 1; change it.")
        hydra, prepared = config.hydra, isinstance(hydra_context.config_loader, PreparedJobs)
        if not prepared or hydra.job.chdir or not set(hydra.callbacks) <= {"causattn"}:
            raise ConfigError(
                "launcher=processes does jobs without Hydra around each of them, so that it has no "
                "hydra.job.chdir, hydra.callbacks or hydra/sweeper=basic; leave these out, or "
                "choose launcher=joblib."
            )
        self._sweep = Path(str(hydra.sweep.dir)).absolute()
        self._environment = {str(key): str(value) for key, value in hydra.job.env_set.items()}

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """Do the jobs, each given as a list with its text; return when all have ended."""
        waiting = Waiting([Job.from_text(text) for (text,) in job_overrides])
        broken: list[str] = []
        workers: dict[Connection, Worker] = {}

        def running() -> list[Job]:
            return [worker.job for worker in workers.values()]

        try:
            while waiting or workers:
                while len(workers) < self._count and (job := waiting.take(running())):
                    worker = Worker(self._sweep, self._environment, job)
                    workers[worker.connection] = worker
                for connection in wait(list(workers)):
                    assert isinstance(connection, Connection)
                    worker = workers.pop(connection)
                    line = worker.hear()
                    if line is None:
                        self._say_lost(worker)
                    elif "broken" in line:
                        broken.append(line["broken"])
                    elif line["status"] != "failed":
                        waiting.made(worker.job)
                    if line is None or (following := waiting.take(running())) is None:
                        worker.end()
                    else:
                        worker.give(following)
                        workers[connection] = worker
        finally:
            for worker in workers.values():
                worker.process.terminate()  # interrupts its job, whose run is marked unfinished
            for worker in workers.values():
                worker.end()
        done = JobReturn(status=JobStatus.COMPLETED)
        if broken:
            done.status, done.return_value = JobStatus.FAILED, RuntimeError(broken[0])
        return [done]

    def _say_lost(self, worker: Worker) -> None:
        """Write down what became of a lost worker's job; raise where nobody ended the worker."""
        worker.process.join()
        code = worker.process.exitcode
        assert code is not None
        if code >= 0 and code != _INTERRUPTED:
            raise RuntimeError(f"a worker ended by itself with exit code {code}")
        name = signal.Signals(signal.SIGTERM if code == _INTERRUPTED else -code).name
        reason = (
            f"Its process was ended by {name}, as a machine does that runs out of memory; the same "
            "command does the job again; more: causattn explain errors.memory."
        )
        session = self._environment.get(SESSION, "")
        line = worker.job.log_line(session, "failed", reason, time.time() - worker.began)
        write_line(self._sweep, line)


class Worker:
    """A worker process with its first job, as the process that began it sees it."""

    def __init__(self, sweep: Path, environment: dict[str, str], job: Job) -> None:
        context = multiprocessing.get_context(METHOD)
        self.connection, theirs = context.Pipe()
        given = (theirs, Path.cwd(), sweep, environment)
        self.process: BaseProcess = context.Process(target=work, args=given)  # type: ignore[attr-defined]
        with without_main():
            self.process.start()
        theirs.close()
        self.give(job)

    def give(self, job: Job) -> None:
        """Let it do a job."""
        self.job, self.began = job, time.time()
        with suppress(OSError):  # it is gone, which `hear` says
            self.connection.send(job.to_text())

    def hear(self) -> dict[str, Any] | None:
        """Return what it says of its job (see `work`), None where it is gone."""
        try:
            said: dict[str, Any] = self.connection.recv()
        except (EOFError, OSError):
            return None
        return said

    def end(self) -> None:
        """Wait until it has ended, which it does when nothing more can come."""
        self.connection.close()
        self.process.join(_PATIENCE)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()


def work(connection: Connection, place: Path, sweep: Path, environment: Mapping[str, str]) -> None:
    """Do the jobs that come through a connection, in a process of their own.

    For each, the line of the sweep's log that says how it went is sent back, or ``broken``: why
    there is none. Relative paths start from `place`, and jobs see the `environment`.
    """
    gc.enable()  # which it is not in the fork server
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the process that began this one
    signal.signal(signal.SIGTERM, _interrupt)
    os.chdir(place)
    os.environ.update(environment)
    threading.Thread(target=_end_with_the_sweep, daemon=True).start()
    try:
        while True:
            job = Job.from_text(connection.recv())
            try:
                said = run_prepared(job, sweep, say=False)
            except Exception as error:  # such as a disk too full for the sweep's log
                said = {"broken": f"{type(error).__name__}: {one_line(error)[:300]}"}
            connection.send(said)
    except KeyboardInterrupt:  # said by the process that began this one
        sys.exit(_INTERRUPTED)
    except (EOFError, OSError):  # no more jobs
        return


def _end_with_the_sweep() -> None:
    """Interrupt this worker's job where the process that began it is gone."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE)  # a library may have swallowed what was raised in it
    os._exit(_INTERRUPTED)


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: the run is being marked now
    raise KeyboardInterrupt


@contextmanager
def without_main() -> Iterator[None]:
    """Let processes that are started in the block not import, and so repeat, the main script."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


if os.environ.pop(_SERVER, None):
    _load()
