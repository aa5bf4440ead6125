"""Peak memory and time of a corpus read from disk and of one held in memory, over its size.

    python experiments/benchmarks/attention_scale/run.py [--quick] [--only PART ...]

Writes ``attention_scale.json`` and ``attention_scale.md``; with ``--only`` the other parts of the
results stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from worker import write_documents

from causattn.base import quiet, read_json, write_json, write_text
from causattn.results import source_commit

HERE = Path(__file__).resolve()
RESULTS = HERE.parents[3] / "results" / "benchmarks"
SIZES = (2_000, 50_000)
PARTS = ("streamed", "file")
PACKAGES = ("causattn", "torch", "transformers", "pyarrow", "numpy")


def memory_rows(kind: str, sizes: tuple[int, ...], folder: Path) -> list[dict[str, Any]]:
    """Return peaks of a corpus on disk (``streamed``) or in memory, each in its own process."""
    rows = []
    for size in sizes:
        path = folder / f"{size}.parquet"
        write_documents(path, size)
        task = json.dumps({"corpus": kind, "path": str(path)})
        command = [sys.executable, str(HERE.with_name("worker.py")), task]
        # Large blocks go back to the system when they are freed, so that what is in use is counted.
        own = {**os.environ, "MALLOC_MMAP_THRESHOLD_": str(2**18)}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=own)
        rows.append({"corpus": kind, **json.loads(done.stdout.splitlines()[-1])})
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


def page(result: dict[str, Any]) -> str:
    """Return the results as Markdown."""
    lines = [
        "# Attention over a corpus that stays on disk",
        "",
        f"`{result['command']}`; {result['when']}, commit {result['commit']}, one torch thread a "
        f"process, load average {result['load_before']:.1f} before and {result['load_after']:.1f} "
        f"after on {result['cores']} shared cores; "
        + ", ".join(f"{name} {number}" for name, number in result["versions"].items())
        + ".",
        "",
        "| corpus | documents | peak memory, MB | reading, s | features, s | attention, s |",
        "|---|---|---|---|---|---|",
    ]
    names = {"streamed": "on disk", "file": "in memory"}
    parts = result["parts"]
    for row in [*parts.get("streamed", ()), *parts.get("file", ())]:
        lines.append(
            f"| {names[row['corpus']]} | {row['documents']:,} | {row['peak_mb']:.0f} | "
            f"{row['reading_s']:.1f} | {row['features_s']:.1f} | {row['attention_s']:.1f} |"
        )
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small version, in seconds")
    parser.add_argument("--into", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure")
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    file = chosen.into / "attention_scale.json"
    parts = read_json(file)["parts"] if file.exists() else {}
    with quiet(), tempfile.TemporaryDirectory() as name:
        for part in chosen.only:
            sizes = (200, 400) if chosen.quick else SIZES
            parts[part] = memory_rows(part, sizes, Path(name))
    arguments = ["--quick"] if chosen.quick else []
    result = {
        "command": shlex.join(
            ["python", "experiments/benchmarks/attention_scale/run.py", *arguments]
        ),
        "when": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": source_commit() or "unknown",
        "cores": os.cpu_count(),
        "load_before": load,
        "load_after": os.getloadavg()[0],
        "versions": {name: version(name) for name in PACKAGES},
        "parts": parts,
    }
    chosen.into.mkdir(parents=True, exist_ok=True)
    write_json(file, result)
    write_text(chosen.into / "attention_scale.md", page(result))


if __name__ == "__main__":
    main()
