"""What a sweep costs besides its jobs: a job's overhead, and doing nothing a second time."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import yaml

PROGRAMS = Path(__file__).with_name("programs.py")
CONF = Path(__file__).resolve().parents[2] / "conf"
WORK_S = 0.001


def cost_a_job(place: Path, jobs: int, hydra_jobs: int, repeats: int) -> dict[str, Any]:
    """Time Hydra's basic launcher and causattn in turn, and the same causattn command again.

    Parameters
    ----------
    place
        An empty folder.
    jobs
        How many jobs of a millisecond causattn does.
    hydra_jobs
        How many Hydra does; its overhead a job does not depend on their number.
    repeats
        How often all is done: half of Hydra's jobs, causattn's, the other half.

    Returns
    -------
    dict
        Wall seconds of whole commands. The start of the program counts as causattn's overhead, and
        does not as Hydra's, of which a command with one job is taken away.
    """
    write_plain_conf(place / "conf")
    found: dict[str, list[float]] = {"hydra_one": [], "hydra": [], "causattn": [], "again": []}

    def time_hydra() -> None:
        for name, count in (("hydra_one", 1), ("hydra", hydra_jobs // 2)):
            given = ["hydra", str(place), "-m", f"seed=range({count})"]
            found[name].append(_time(given, place))
            shutil.rmtree(place / "out")

    for _ in range(repeats):
        time_hydra()
        ours = ["causattn", "sweep", f"seed=range({jobs})", "hydra.sweep.dir=ours"]
        found["causattn"].append(_time(ours, place))
        found["again"] += [_time(ours, place) for _ in range(3)]
        done = len(list((place / "ours").glob("*/manifest.json")))
        if done != jobs:
            raise RuntimeError(f"{done} of {jobs} jobs were done")
        shutil.rmtree(place / "ours")
        time_hydra()
    middle = {name: median(times) for name, times in found.items()}
    theirs = (middle["hydra"] - middle["hydra_one"]) / (hydra_jobs // 2 - 1)
    return {
        "jobs": jobs,
        "hydra_jobs": hydra_jobs // 2,
        "seconds": {name: [round(t, 3) for t in times] for name, times in found.items()},
        "overhead_ms": {
            "hydra": round(1000 * (theirs - WORK_S), 2),
            "causattn": round(1000 * (middle["causattn"] / jobs - WORK_S), 2),
        },
        "again_share": round(middle["again"] / middle["causattn"], 4),
    }


def write_plain_conf(folder: Path) -> None:
    """Copy causattn's configuration for a plain application: nothing of causattn is named in it."""
    shutil.copytree(CONF, folder)
    shutil.rmtree(folder / "hydra")
    path = folder / "config.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["hydra"] = {"sweep": {"dir": "out", "subdir": "${hydra.job.num}"}}
    ours = "override hydra/sweeper"
    config["defaults"] = [choice for choice in config["defaults"] if ours not in choice]
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


def _time(arguments: list[str], place: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(PROGRAMS), *arguments],
        cwd=place,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return time.perf_counter() - start
