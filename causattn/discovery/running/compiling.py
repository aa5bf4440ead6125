"""When a search goes over from plain to compiled code, in one place.

Compiled code has to be loaded (about half a second) and, once on a machine, compiled (about ten).
Most problems are done sooner in plain code. So a search starts plain and goes over when plain code
has cost this process as much as going over would: the rule that never costs more than twice the
best choice (Karlin, Manasse, Rudolph and Sleator 1988, "Competitive snoopy caching"). Beyond
`PLAIN_UP_TO` variables, and where compiled code is loaded already, it starts compiled. Results are
the same.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PLAIN_UP_TO = 300
"""With more variables compiled code is asked for at once."""

LOAD_S = 0.5
"""About what loading stored code costs, numba included."""


class TooLong(Exception):
    """Plain code has cost as much as going over to compiled code would."""


@dataclass
class Kernels:
    """Compiled code of one search, and what plain code has cost in its stead.

    Parameters
    ----------
    module, function
        A kernel that every run of the search needs; where it is stored, the others are.
    compile_s
        About what compiling costs.
    most_tests
        Tests of one order that a search does not begin unasked: some minutes' worth.
    plain_up_to
        Number of variables beyond which plain code of this search is not begun.
    """

    module: str
    function: str
    compile_s: float
    most_tests: float = float("inf")
    plain_up_to: int = PLAIN_UP_TO
    _spent: float = field(default=0.0, init=False)
    _running: float | None = field(default=None, init=False)

    @property
    def loaded(self) -> bool:
        """Whether this process has run the compiled code."""
        kernel = getattr(sys.modules.get(self.module), self.function, None)
        return bool(getattr(kernel, "signatures", ()))

    def plain_first(self, size: int) -> bool:
        """Return whether to begin in plain code with so many variables."""
        small = size <= min(PLAIN_UP_TO, self.plain_up_to)
        return small and not self.loaded and not self.due()

    def due(self) -> bool:
        """Return whether plain code has cost as much as going over."""
        running = 0.0 if self._running is None else time.perf_counter() - self._running
        spent = self._spent + running
        return spent > LOAD_S and spent > (LOAD_S if self._stored() else self.compile_s)

    @contextmanager
    def plain(self) -> Iterator[None]:
        """Count the block's time as spent on plain code."""
        if self._running is not None:
            yield
            return
        self._running = time.perf_counter()
        try:
            yield
        finally:
            self._spent += time.perf_counter() - self._running
            self._running = None

    def _stored(self) -> bool:
        """Return whether numba has stored what it compiled of the kernel as it is now."""
        return _stored(self.module, self.function, os.environ.get("NUMBA_CACHE_DIR"))


GAUSSIAN_PC = Kernels("causattn.discovery.pc.gaussian_kernel", "search", 7.0, 1e10)
DISCRETE_PC = Kernels("causattn.discovery.pc.discrete_kernel", "search", 11.0, 1e8)
GES = Kernels("causattn.discovery.ges.graph_kernels", "make_move", 15.0, plain_up_to=100)


def compiled_at(size: int) -> bool:
    """Return whether loops over so many variables are to run compiled, beside a search."""
    return size > PLAIN_UP_TO or (
        size > 12 and any(each.loaded for each in (GAUSSIAN_PC, DISCRETE_PC, GES))
    )


def fitting(loops: Callable[..., Any], size: int) -> Callable[..., Any]:
    """Return a function of plain loops over arrays, compiled where that pays.

    Parameters
    ----------
    loops
        What numba can compile, and what calls nothing of its kind.
    size
        Number of variables.
    """
    return compiled(loops) if compiled_at(size) else loops


@cache
def compiled(loops: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled, from numba's store where it has been before."""
    from causattn.base import njit

    return njit(cache=True, nogil=True)(loops)


@cache
def _stored(module: str, function: str, elsewhere: str | None) -> bool:
    spec = find_spec(module)
    assert spec is not None
    source = Path(str(spec.origin))
    pattern = f"{source.stem}.{function}-*.nbi"
    places = [Path(elsewhere)] if elsewhere else [source.parent / "__pycache__", _user_folder()]
    return any(
        index.stat().st_mtime >= source.stat().st_mtime
        for place in places
        for index in (*place.glob(pattern), *place.glob(f"*/{pattern}"))
    )


def _user_folder() -> Path:
    """Return where numba stores what it may not store beside the source."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(caches, "numba")
