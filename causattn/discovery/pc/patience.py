"""When a small problem is worth the compiled back end: once plain runs have cost as much.

Loading compiled code takes about half a second and compiling it about fifteen, a small problem by
plain code some hundredths. So a process starts plain, and goes over when its plain runs together
have taken as long as going over would have (the rule that never costs more than twice the best
choice: Karlin, Manasse, Rudolph and Sleator 1988, "Competitive snoopy caching"). Results are the
same.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOAD_S = 0.5
COMPILE_S = 15.0

_spent = {"seconds": 0.0}


@contextmanager
def plain_run() -> Iterator[None]:
    """Count the block's time as spent on plain code."""
    start = time.perf_counter()
    yield
    _spent["seconds"] += time.perf_counter() - start


def worth_compiled(kernel: str) -> bool:
    """Tell whether to run compiled code for a problem that plain code would do.

    Parameters
    ----------
    kernel
        Name of the module beside this one whose function ``search`` would run.
    """
    loaded = sys.modules.get(f"{__package__}.{kernel}")
    if loaded is not None and loaded.search.signatures:
        return True
    return _spent["seconds"] > (LOAD_S if _is_cached(kernel) else COMPILE_S)


def _is_cached(kernel: str) -> bool:
    """Tell whether numba has stored what it compiled of the kernel as it is now."""
    source = Path(__file__).with_name(f"{kernel}.py")
    pattern = f"{kernel}.search-*.nbi"
    elsewhere = os.environ.get("NUMBA_CACHE_DIR")
    if elsewhere:
        found = Path(elsewhere).glob(f"*/{pattern}")
    else:
        found = source.with_name("__pycache__").glob(pattern)
    return any(index.stat().st_mtime >= source.stat().st_mtime for index in found)
