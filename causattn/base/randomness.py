"""One seed a run, and a stream of its own for every stage and every task.

Streams are found by name, not by the order of the calls, so that adding a stage or running tasks
on another number of workers changes no draw of any other.
"""

from hashlib import sha256

import numpy as np


def seed_sequence(seed: int, *names: str | int) -> np.random.SeedSequence:
    """Return the seed sequence that `names` (a path such as ``"effects", "placebo", 3``) own.

    Parameters
    ----------
    seed
        The run's seed, a non-negative integer.
    names
        Path of the stage and task; integers and strings are distinguished.
    """
    digest = sha256("\x1f".join(f"{type(name).__name__}:{name}" for name in names).encode())
    key = tuple(int.from_bytes(digest.digest()[4 * k : 4 * k + 4], "little") for k in range(4))
    return np.random.SeedSequence(seed, spawn_key=key)


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """Return a random generator on the stream of `names` (see `seed_sequence`)."""
    return np.random.default_rng(seed_sequence(seed, *names))


def integer_seed(seed: int, *names: str | int) -> int:
    """Return a 32-bit seed on the stream of `names`, for libraries that want one integer."""
    return int(seed_sequence(seed, *names).generate_state(1, np.uint32)[0])
