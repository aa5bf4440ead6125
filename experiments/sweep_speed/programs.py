"""Two programs that do the same thousand jobs: a plain Hydra application, and ``causattn sweep``.

    python programs.py hydra FOLDER OVERRIDE ...     conf/ of FOLDER, jobs in FOLDER/out
    python programs.py causattn sweep OVERRIDE ...

A job sleeps for a millisecond. Hydra's own application writes what it always writes, the job's
configuration among it; causattn writes a run.
"""

from __future__ import annotations

import sys
import time
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WORK_S = 0.001


def run_hydra(folder: Path) -> None:
    """Run a plain application over the same configuration, with Hydra's own launcher."""
    import hydra

    @hydra.main(version_base="1.3", config_path=str(folder / "conf"), config_name="config")
    def application(config: Any) -> None:
        time.sleep(WORK_S)

    application()


def run_causattn() -> int:
    """Run causattn's command line over a study that only sleeps."""
    study = types.ModuleType("causattn.study")

    def run_study(config: Mapping[str, Any], folder: Path) -> None:
        time.sleep(WORK_S)
        (folder / "summary.json").write_text("{}")

    study.run_study = run_study  # type: ignore[attr-defined]
    sys.modules["causattn.study"] = study
    from causattn.cli import main

    return main()


if __name__ == "__main__":
    which = sys.argv.pop(1)
    if which == "hydra":
        run_hydra(Path(sys.argv.pop(1)))
    else:
        sys.exit(run_causattn())
