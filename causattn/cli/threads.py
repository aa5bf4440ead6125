"""How many threads one run may use, in every library that has a say in it."""

import os
import sys

_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def limit_threads(count: int) -> None:
    """Limit linear algebra and torch to `count` threads.

    A run without a model never imports torch, which takes longer than many a search. Where it is
    imported later, it takes its number from the environment.

    A busy machine makes more threads far slower than one, and jobs of a parallel sweep share the
    cores; so that every run says how many it takes.
    """
    from threadpoolctl import threadpool_limits

    for variable in _VARIABLES:
        os.environ[variable] = str(count)
    threadpool_limits(count)
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(count)
