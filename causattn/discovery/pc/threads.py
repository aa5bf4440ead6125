"""Groups shared out over threads; every group is worked on its own, so results do not change.

Compiled code looks at no signal of the operating system. So work that will take a while runs beside
the main thread, which waits, shows how far it has come, and passes Ctrl-C on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack

import numpy as np

from causattn.base import progress
from causattn.discovery.pc.groups import Groups

# More parts than threads, so that a slow part does not leave the other threads idle.
_PARTS_A_THREAD = 8
_LOOK_EVERY_S = 0.1
_SHOW_AFTER_S = 1.0

STOP, DONE = 0, 1
"""Places in a signal: not 0 where kernels are to return, and about how many tests they made."""


def over_groups(
    work: Callable[[int, int, np.ndarray], int | None],
    groups: Groups,
    order: int,
    threads: int,
    quick: float,
) -> list[int]:
    """Call ``work(begin, end, signal)`` over all groups; return what each call gave, -1 for None.

    Parameters
    ----------
    work
        Does the groups from `begin` to `end`, reading and writing an int64 [2] signal.
    groups, order
        What is tested.
    threads
        How many share the work.
    quick
        With fewer tests than this the calling thread may do the work itself.
    """
    count = len(groups.centers)
    signal = np.zeros(2, dtype=np.int64)
    tests = groups.tests_at(order)
    if threads <= 1 or count < 2:
        bounds = np.array([0, count])
        if tests < quick:
            result = work(0, count, signal)
            return [-1 if result is None else result]
    else:
        rows = groups.row_counts.astype(np.float64)
        cost = np.cumsum((1 + rows) ** order * groups.column_counts + 1)
        cuts = np.searchsorted(cost, np.linspace(0, cost[-1], threads * _PARTS_A_THREAD + 1)[1:-1])
        bounds = np.unique(np.concatenate([[0], cuts, [count]]))
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        parts = zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
        futures = [pool.submit(work, begin, end, signal) for begin, end in parts]
        try:
            _wait(futures, signal, order, tests)
        except BaseException:
            signal[STOP] = 1
            for future in futures:
                future.cancel()
            raise
        results = [future.result() for future in futures]
        return [-1 if result is None else result for result in results]


def _wait(futures: list[Future[int | None]], signal: np.ndarray, order: int, tests: float) -> None:
    """Wait for all, and show progress where that takes more than a second."""
    start, shown = time.perf_counter(), 0
    with ExitStack() as stack:
        advance = None
        while wait(futures, _LOOK_EVERY_S).not_done:
            if advance is None and time.perf_counter() - start > _SHOW_AFTER_S:
                what = f"testing given {order} variable{'' if order == 1 else 's'}"
                advance = stack.enter_context(progress(what, round(tests), "tests"))
            if advance is not None:
                advance(int(signal[DONE]) - shown)
                shown = int(signal[DONE])
