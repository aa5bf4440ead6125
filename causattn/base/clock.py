"""`Clock`: seconds by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from causattn.base.jit import compiling_seconds


class Clock:
    """Seconds by stage, as ``timing.<stage>_s``, and what compiling took apart from them.

    A kernel is compiled once for a machine, in whichever stage comes upon it first.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._compiled = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block under `name`."""
        start, before = time.perf_counter(), compiling_seconds()
        yield
        compiled = compiling_seconds() - before
        self.seconds[f"{name}_s"] = round(time.perf_counter() - start - compiled, 3)
        if compiled:
            self._compiled += compiled
            self.seconds["compiling_s"] = round(self._compiled, 3)
