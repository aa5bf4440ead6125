"""One contestant in a process of its own, with whatever Python has its package.

PYTHON worker.py CONTESTANTS.py NAME DATA.npy ANSWER.npz REPEATS
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import sys
import time
import warnings

import numpy as np


def main() -> None:
    place, name, data_file, answer, repeats = sys.argv[1:]
    spec = importlib.util.spec_from_file_location("contestants", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    package, _, run = module.CONTESTANTS[name]
    if importlib.util.find_spec(package) is None:
        sys.exit(3)
    values, seconds = np.load(data_file), []
    for _ in range(1 + int(repeats)):
        start = time.process_time()
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            found = run(values)
        seconds.append(time.process_time() - start)
        # After each call: what was measured counts where time runs out.
        np.savez(f"{answer}.part.npz", seconds=seconds, adjacency=np.asarray(found, float) != 0)
        os.replace(f"{answer}.part.npz", answer)


if __name__ == "__main__":
    main()
