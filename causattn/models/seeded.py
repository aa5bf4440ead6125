"""Torch's global state, set for a block and put back after it: seed, threads, determinism."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded_torch(seed: int, threads: int | None = None) -> Iterator[None]:
    """Run the block on torch's generators seeded with `seed`.

    Parameters
    ----------
    seed
        For what torch draws itself: weights and dropout.
    threads
        Threads of the block; None for as many as torch has.
    """
    before = torch.get_num_threads()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.set_num_threads(threads or before)
        try:
            yield
        finally:
            torch.set_num_threads(before)
