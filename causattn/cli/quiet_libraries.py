"""Warnings and log lines of libraries, which a user can do nothing about, are not shown."""

import logging
import os
import sys
import warnings

_LOGGERS = ("causallearn", "dowhy", "matplotlib", "pgmpy", "transformers", "numba", "fontTools")


def quiet_libraries() -> None:
    """Silence third-party warnings, progress bars and loggers in this process and its children.

    Warnings asked for with ``python -W`` or PYTHONWARNINGS stay as they were asked for.
    """
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
        warnings.filterwarnings("default", module=r"causattn(\..*)?$")
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
