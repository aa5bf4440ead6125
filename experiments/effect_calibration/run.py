"""Is the evidence any good? Calibration tables where the truth is known.

    python experiments/effect_calibration/run.py refuters
    python experiments/effect_calibration/run.py planted asia alarm --seeds 0 1 2
    python experiments/effect_calibration/run.py people icace --seeds 0 1 2

Each part adds what it measured to ``results/effect_calibration.json`` (the same measured again
replaces what was there) and writes the page anew. See the README beside this.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from page import page

from causattn.base import read_json, write_json, write_text
from causattn.results import source_commit, versions

RESULTS = Path(__file__).resolve().parents[2] / "results"


def main(given: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument(
        "parts", nargs="+", help="refuters, people, icace, or planted NETWORK..."
    )
    arguments.add_argument("--seeds", type=int, nargs="+", default=[0])
    arguments.add_argument("--repetitions", type=int, default=300, help="data sets a refuter")
    arguments.add_argument("--documents", type=int, default=1000, help="for effects on the model")
    arguments.add_argument("--refuter", nargs="*", default=[], help="only these")
    arguments.add_argument("--into", type=Path, default=RESULTS)
    arguments.add_argument("--override", nargs="*", default=[], help="such as paths.cache=FOLDER")
    words = sys.argv[1:] if given is None else list(given)
    chosen = arguments.parse_args(words)
    torch.set_num_threads(1)
    chosen.into.mkdir(parents=True, exist_ok=True)
    command = shlex.join(["python", "experiments/effect_calibration/run.py", *words])
    planted = [
        word for word in chosen.parts if word not in ("refuters", "people", "icace", "planted")
    ]
    for name in planted if "planted" in chosen.parts else []:
        from planted_part import planted_part

        for seed in chosen.seeds:
            keep(
                chosen.into,
                "planted",
                f"{name}, seed {seed}",
                planted_part(name, seed, chosen.documents, chosen.override),
                command,
            )
    if "refuters" in chosen.parts:
        from refuters_part import refuters_part

        found = refuters_part(chosen.seeds[0], chosen.repetitions, chosen.refuter)
        for name, values in found.items():
            keep(chosen.into, "refuters", name, values, command)
    for part in ("people", "icace"):
        if part in chosen.parts:
            import people_part

            for seed in chosen.seeds:
                values = getattr(people_part, f"{part}_part")(seed, chosen.override)
                keep(chosen.into, part, f"seed {seed}", values, command)


def keep(folder: Path, part: str, key: str, values: dict[str, Any], command: str) -> None:
    """Add a result to the file, and write the page."""
    file = folder / "effect_calibration.json"
    results = read_json(file) if file.exists() else {}
    results["versions"] = versions()
    entry = {"command": command, "commit": source_commit() or "unknown", **values}
    results.setdefault(part, {})[key] = entry
    write_json(file, results)
    write_text(folder / "effect_calibration.md", page(results))
    print(part, key, "done", flush=True)


if __name__ == "__main__":
    main()
