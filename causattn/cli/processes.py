"""``launcher=processes``: a sweep's jobs in several processes of this machine.

On Linux workers are forked from a process that has loaded what every job imports (the standard
library's fork server, which has a single thread, so that forking is safe). It loads while the sweep
is still being composed. Elsewhere each worker loads for itself.

A worker does one job after another. One that dies takes only its job with it: that is said, the
others go on, and a new worker takes its place. One whose sweep is gone ends, too.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from causattn.base import ConfigError
from causattn.cli.job import run_prepared
from causattn.cli.order import Waiting
from causattn.cli.prepared import Job, PreparedJobs
from causattn.cli.progress import SESSION, write_line

METHOD = "forkserver" if sys.platform == "linux" else "spawn"
"""How workers are started here: only Linux's libraries stand forking."""
_INTERRUPTED = 128 + signal.SIGTERM
_PATIENCE = 30.0
"""Most seconds that a worker has to end when it is interrupted."""


def begin() -> None:
    """Begin to load what jobs import, where workers can be forked from it; once a process."""
    if METHOD == "forkserver":
        multiprocessing.get_context(METHOD).set_forkserver_preload(["causattn.cli.loaded"])
        with without_main():
            forkserver.ensure_running()


class ProcessLauncher(Launcher):
    """Jobs in several processes of this machine.

    Parameters
    ----------
    workers
        Jobs at the same time, None for as many as there are cores.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._count = _cores() if workers is None else workers

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Remember what the jobs are to see.

        Raises
        ------
        ConfigError
            Where there are to be no workers, or something is asked for that Hydra would do around
            each job.
        """
        if not isinstance(self._count, int) or self._count < 1:
            raise ConfigError(f"workers={self._count} should be a whole number from 1; change it.")
        hydra = config.hydra
        if (
            not isinstance(hydra_context.config_loader, PreparedJobs)
            or hydra.job.chdir
            or not set(hydra.callbacks) <= {"causattn"}
        ):
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
        """Do the jobs; return when all have ended.

        Parameters
        ----------
        job_overrides
            A list with one job as text each.
        initial_job_idx
            The number of the first; each job knows its own.
        """
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
        """Say and write down what became of the job of a worker that is gone.

        Raises
        ------
        RuntimeError
            Where nobody ended it: no other worker would fare better.
        """
        worker.process.join()
        code = worker.process.exitcode
        assert code is not None
        if code >= 0 and code != _INTERRUPTED:
            raise RuntimeError(f"a worker ended by itself with exit code {code}")
        name = signal.Signals(signal.SIGTERM if code == _INTERRUPTED else -code).name
        line = {
            "session": self._environment.get(SESSION, ""),
            "job": worker.job.number,
            "folder": worker.job.folder,
            "overrides": worker.job.asked,
            "status": "failed",
            "reason": f"Its process was ended by {name}, as a machine does "
            "that runs out of memory; the same command does the job again.",
            "seconds": round(time.time() - worker.began, 3),
        }
        write_line(self._sweep, line)


class Worker:
    """A worker process, as the process that began it sees it.

    Parameters
    ----------
    sweep
        The sweep's folder.
    environment
        Variables that jobs are to see.
    job
        Its first job.
    """

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

    Parameters
    ----------
    connection
        Gives jobs as text (`causattn.cli.prepared.Job`) and takes, for each, the line of the
        sweep's log that says how it went, or ``broken``: why there is none.
    place
        The folder that relative paths start from.
    sweep
        The sweep's folder.
    environment
        Variables that jobs are to see.
    """
    gc.enable()  # which it is not where this was forked (`causattn.cli.loaded`)
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
                said = {"broken": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"}
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
    """Let processes that are started in the block not import this program's main module.

    `multiprocessing` imports it in each of them for functions that are defined there, and a script
    that does not expect that begins once more.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
