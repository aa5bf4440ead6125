"""One timed call in a process of its own.

    python -m PACKAGE.worker DATA.npy ANSWER.npz PROGRAM ALGORITHM OPTIONS.json warm|cold

A warm call follows an untimed one on a corner of the data. A cold one is the first, and its time
takes in the import of the package.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np


def main() -> None:
    data_file, answer_file, program, algorithm, options_text, temperature = sys.argv[1:]
    data, options = np.load(data_file), json.loads(options_text)
    start = time.perf_counter()
    from .programs import PROGRAMS

    call = PROGRAMS[program]
    if temperature == "warm":
        call(algorithm, data[:500, :4], options)
        start = time.perf_counter()
    adjacency = call(algorithm, data, options)
    np.savez(answer_file, seconds=time.perf_counter() - start, adjacency=adjacency)


if __name__ == "__main__":
    main()
