"""Importing this module imports what every job of a sweep needs; the fork server does that.

Libraries are loaded with one thread, since threads do not survive a fork, and Ctrl-C is answered by
the process that began the sweep. What is loaded is there to stay, so that no search for garbage
among it copies the memory that workers share (`gc.freeze`, as its documentation advises).
"""

import gc
import os
import signal
from importlib import import_module

signal.signal(signal.SIGINT, signal.SIG_IGN)
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
gc.disable()
for _name in ("causattn.cli.processes", "causattn.study", "numba", "pyarrow.parquet"):
    import_module(_name)
gc.freeze()
