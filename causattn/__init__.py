"""causattn: causal graphs from the attention of a transformer, every edge checked.

>>> import causattn
>>> run = causattn.run("corpus=asia", "discovery=ges", seed=3)  # doctest: +SKIP
>>> run.evidence  # doctest: +SKIP
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from causattn.results import Run

__version__ = "0.1.0"
__all__ = ["load_run", "run"]


def run(*overrides: str, **values: Any) -> Run:
    """Do a study and return its results.

    Parameters
    ----------
    overrides
        As on the command line: ``"experiment=alarm"``, ``"discovery.alpha=0.05"``.
    values
        The same for keys that are Python names: ``seed=3``, ``discovery="ges"``.

    Returns
    -------
    causattn.results.Run
        ``.graph``, ``.evidence``, ``.candidates``, ``.summary``, ``.figures``, ``.folder``.

    Raises
    ------
    causattn.base.CausattnError
        Where a setting or an input cannot be used.
    """
    from causattn.cli._python import run_overrides

    return run_overrides(overrides, values)


def load_run(folder: str | Path) -> Run:
    """Read the run in `folder` (what `run` or ``causattn run`` left there)."""
    from causattn.results import load_run as load

    return load(folder)
