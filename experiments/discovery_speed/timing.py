"""Timing: ours in this process, the others each run in one of its own that can be ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_BLOCK_S = 1.0
_MOST_RUNS = 25


@dataclass(frozen=True)
class ProgramRun:
    """One run of another program: seconds and graph, or how it ended."""

    seconds: float | None
    adjacency: np.ndarray | None
    ended: str | None = None


def block(call: Callable[[], Any], least: int = 2) -> list[float]:
    """Seconds of each of a block of calls: `least` at least, for about a second."""
    seconds: list[float] = []
    while len(seconds) < least or (sum(seconds) < _BLOCK_S and len(seconds) < _MOST_RUNS):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return seconds


def in_a_process(
    program: str,
    algorithm: str,
    data_file: Path,
    options: dict[str, Any],
    timeout_s: float,
    numba_cache: Path | None = None,
) -> ProgramRun:
    """Run a program in a process of its own.

    Parameters
    ----------
    numba_cache
        Folder for compiled code; where given the call is the process's first, import included.
    """
    answer = data_file.with_suffix(".answer.npz")
    answer.unlink(missing_ok=True)
    threads = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
    )
    environment = {**os.environ, **threads}
    if numba_cache is not None:
        environment["NUMBA_CACHE_DIR"] = str(numba_cache)
    temperature = "warm" if numba_cache is None else "cold"
    root = Path(__file__).resolve().parents[str(__package__).count(".") + 1]
    found = (environment.get("PYTHONPATH"), str(root))
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, found))
    command: list[str | Path] = [sys.executable, "-m", f"{__package__}.worker", data_file, answer]
    command += [program, algorithm, json.dumps(options), temperature]
    try:
        done = subprocess.run(
            command, env=environment, timeout=timeout_s, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        return ProgramRun(None, None, f"timed out after {timeout_s:g} s")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return ProgramRun(None, None, f"failed: {last[:200]}")
    with np.load(answer) as found:
        return ProgramRun(float(found["seconds"]), found["adjacency"])
