"""A worker of ``launcher=processes``: a process that does one job after another.

It ends when the process that began it has closed their connection, or is gone: what it does at that
moment is then interrupted, and its run marked unfinished, so that the same command can do it again.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any

from causattn.cli.job import run_prepared
from causattn.cli.prepared import Job

INTERRUPTED = 128 + signal.SIGTERM
"""The exit code of a worker that was asked to end (SIGTERM)."""

PATIENCE = 30.0
"""Most seconds that a worker has to end when it is interrupted."""


def work(connection: Connection, place: str, sweep: str, environment: Mapping[str, str]) -> None:
    """Do the jobs that come through a connection, in a process of their own.

    Parameters
    ----------
    connection
        Gives jobs as text (`causattn.cli.prepared.Job`) and takes, as JSON for each, the line of
        the sweep's log that says how it went, or ``broken``: why there is none.
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
    jobs: SimpleQueue[bytes | None] = SimpleQueue()
    busy = threading.Event()

    def listen() -> None:
        while True:
            try:
                jobs.put(connection.recv_bytes())
            except (EOFError, OSError):
                jobs.put(None)
                if busy.is_set():
                    os.kill(os.getpid(), signal.SIGTERM)
                    time.sleep(PATIENCE)  # a library may have swallowed what was raised in it
                    os._exit(INTERRUPTED)
                return

    threading.Thread(target=listen, daemon=True).start()
    try:
        while (text := jobs.get()) is not None:
            busy.set()
            try:
                said: dict[str, Any]
                said = run_prepared(Job.from_text(text.decode()), Path(sweep), say=False)
            except Exception as error:  # such as a disk too full for the sweep's log
                said = {"broken": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"}
            busy.clear()
            connection.send_bytes(json.dumps(said).encode())
    except KeyboardInterrupt:  # said by the process that began this one
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        return


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: the run is being marked now
    raise KeyboardInterrupt
