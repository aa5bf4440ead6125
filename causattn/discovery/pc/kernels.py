"""Plain loops, run as they are on small problems and compiled on others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

# With this many variables or fewer plain Python is done before compiled code is loaded.
SMALL = 12


def fitting(loops: Callable[..., Any], size: int) -> Callable[..., Any]:
    """Return a function of plain loops over arrays, compiled where there are many variables.

    Parameters
    ----------
    loops
        What numba can compile, and what calls nothing of its kind.
    size
        Number of variables.
    """
    return loops if size <= SMALL else compiled(loops)


@cache
def compiled(loops: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled, from numba's store where it has been before."""
    from numba import njit

    return njit(cache=True, nogil=True)(loops)
