"""``launcher=processes``: a sweep's jobs in several processes of this machine.

Every worker needs the same libraries before its first job, and what they have compiled. On Linux
one process loads them while the sweep's configurations are still being composed, and workers are
forked from it (`multiprocessing`'s fork server, which has a single thread, so that forking is
safe). Elsewhere system libraries do not stand forking, and each worker loads for itself.

Whichever job suits a free worker best is handed to it (`causattn.cli.turns`). A worker that dies
takes only its job with it: that is said, the others go on, and a new worker takes its place.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from causattn.base import ConfigError
from causattn.cli.ahead import method, without_main
from causattn.cli.prepared import Job, PreparedJobs
from causattn.cli.progress import SESSION, write_line
from causattn.cli.turns import Turns
from causattn.cli.worker import INTERRUPTED, PATIENCE, work


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
        turns = Turns([Job.from_text(text) for (text,) in job_overrides])
        broken: list[str] = []
        workers: dict[Connection, Worker] = {}
        try:
            for _ in range(min(self._count, len(turns))):
                self._begin(workers, turns)
            while workers:
                for connection in wait(list(workers)):
                    assert isinstance(connection, Connection)
                    worker = workers[connection]
                    line = worker.hear()
                    if line is None:
                        self._say_lost(worker)
                    elif "broken" in line:
                        broken.append(line["broken"])
                    turns.end(worker.job, seconds_of(line))
                    following = turns.take() if line is not None else None
                    if following is not None:
                        worker.give(following)
                        continue
                    del workers[connection]
                    worker.end()
                    if line is None and turns:
                        self._begin(workers, turns)
        finally:
            for worker in workers.values():
                worker.interrupt()
            for worker in workers.values():
                worker.end()
        done = JobReturn(status=JobStatus.COMPLETED)
        if broken:
            done.status, done.return_value = JobStatus.FAILED, RuntimeError(broken[0])
        return [done]

    def _begin(self, workers: dict[Connection, Worker], turns: Turns) -> None:
        """Begin one more worker, with its first job."""
        job = turns.take()
        assert job is not None
        worker = Worker(self._sweep, self._environment, job)
        workers[worker.connection] = worker

    def _say_lost(self, worker: Worker) -> None:
        """Say and write down what became of the job of a worker that is gone.

        Raises
        ------
        RuntimeError
            Where nobody ended it: no other worker would fare better.
        """
        code = worker.exit_code()
        if code >= 0 and code != INTERRUPTED:
            raise RuntimeError(f"a worker ended by itself with exit code {code}")
        name = signal.Signals(signal.SIGTERM if code == INTERRUPTED else -code).name
        line = {
            "session": self._environment.get(SESSION, ""),
            "job": worker.job.number,
            "folder": worker.job.folder,
            "overrides": worker.job.asked,
            "status": "failed",
            "reason": f"Its process was ended by {name}, as a machine does "
            "that runs out of memory; the same command again does the job anew.",
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
        context = multiprocessing.get_context(method())
        self.connection, theirs = context.Pipe()
        given = (theirs, str(Path.cwd()), str(sweep), environment)
        self._process: BaseProcess = context.Process(target=work, args=given)  # type: ignore[attr-defined]
        with without_main():
            self._process.start()
        theirs.close()
        self.give(job)

    def give(self, job: Job) -> None:
        """Let it do a job."""
        self.job, self.began = job, time.time()
        with suppress(OSError):  # it is gone, which `hear` says
            self.connection.send_bytes(job.to_text().encode())

    def hear(self) -> dict[str, Any] | None:
        """Return what it says of its job (`causattn.cli.worker`), None where it is gone."""
        try:
            said: dict[str, Any] = json.loads(self.connection.recv_bytes())
        except (EOFError, OSError):
            return None
        return said

    def exit_code(self) -> int:
        """Return how a worker that is gone has ended; a signal as a negative number."""
        self._process.join()
        code = self._process.exitcode
        assert code is not None
        return code

    def interrupt(self) -> None:
        """Interrupt what it does, so that its run is marked unfinished."""
        self._process.terminate()

    def end(self) -> None:
        """Wait until it has ended, which it does when nothing more can come."""
        self.connection.close()
        self._process.join(PATIENCE)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()


def seconds_of(line: dict[str, Any] | None) -> float | None:
    """Return how long a job took that finished, from the line of the log; None for any other."""
    if line is None or line.get("status") not in ("finished", "kept"):
        return None
    return float(line["seconds"])


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
