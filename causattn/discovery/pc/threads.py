"""Groups shared out over threads; every group is worked on its own, so results do not change."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from causattn.discovery.pc.groups import Groups

# More parts than threads, so that a slow part does not leave the other threads idle.
_PARTS_A_THREAD = 8


def over_groups(
    work: Callable[[int, int], int | None], groups: Groups, order: int, threads: int
) -> list[int]:
    """Call ``work(begin, end)`` over all groups; return what each call gave, -1 for None."""
    count = len(groups.centers)
    if threads <= 1 or count < 2:
        result = work(0, count)
        return [-1 if result is None else result]
    rows = groups.row_counts.astype(np.float64)
    cost = np.cumsum((1 + rows) ** order * groups.column_counts + 1)
    cuts = np.searchsorted(cost, np.linspace(0, cost[-1], threads * _PARTS_A_THREAD + 1)[1:-1])
    bounds = np.unique(np.concatenate([[0], cuts, [count]]))
    with ThreadPoolExecutor(threads) as pool:
        results = pool.map(work, bounds[:-1].tolist(), bounds[1:].tolist())
        return [-1 if result is None else result for result in results]
