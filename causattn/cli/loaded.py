"""Importing this module imports what every job of a sweep needs.

The fork server does that (`causattn.cli.ahead`). What is loaded is there to stay: looking for
garbage among it takes a fifth of the time that loading takes, and later, in each worker, would copy
the memory that workers share. So there is no such search meanwhile, and none over what was loaded
ever after (`gc.freeze`, as its documentation advises before a fork). A worker searches again.
"""

import gc
from importlib import import_module

gc.disable()
for _name in (
    "causattn.cli.worker",
    "causattn.study",
    "numba",
    "pyarrow.parquet",
    "sklearn.metrics",
):
    import_module(_name)
gc.freeze()
