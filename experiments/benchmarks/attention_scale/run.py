"""Peak memory and time of a corpus read from disk, over its size; one process and two.

    python experiments/benchmarks/attention_scale/run.py [--quick] [--only PART ...]

Writes ``attention_scale.json`` and ``attention_scale.md``; with ``--only`` the other parts of the
results stay as they are.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count, getloadavg
from pathlib import Path
from statistics import median
from typing import Any

import torch
from worker import tiny_model, write_documents

from causattn.attention import summarise_attention
from causattn.base import quiet, read_json, write_json, write_text
from causattn.corpora import load_corpus
from causattn.features import build_features
from causattn.results import source_commit

HERE = Path(__file__).resolve()
RESULTS = HERE.parents[3] / "results" / "benchmarks"
SIZES = (2_000, 50_000)
PARTS = ("streamed", "file", "processes")
PACKAGES = ("causattn", "torch", "transformers", "pyarrow", "numpy")


def memory_rows(kind: str, sizes: tuple[int, ...], folder: Path) -> list[dict[str, Any]]:
    """Return peaks of a corpus on disk (``streamed``) or in memory, each in its own process."""
    rows = []
    for size in sizes:
        path = folder / f"{size}.parquet"
        write_documents(path, size)
        task = json.dumps({"corpus": kind, "path": str(path)})
        command = [sys.executable, str(HERE.with_name("worker.py")), task]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        rows.append({"corpus": kind, **json.loads(done.stdout.splitlines()[-1])})
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


def process_row(documents: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Return the seconds of one process and of two, turn by turn, starting them included."""
    path = folder / "processes.parquet"
    write_documents(path, documents)
    corpus = load_corpus({"kind": "streamed", "path": str(path)}, 0)
    table = build_features({"kind": "words", "top": 30, "collinear": "drop"}, corpus)
    model = tiny_model(layers=6, width=256)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    sums = set()
    for _ in range(rounds):
        for workers, found in seconds.items():
            start = time.perf_counter()
            settings = {"shard_documents": max(50, documents // 40), "workers": workers}
            summary = summarise_attention(settings, model, corpus, table, 0)
            found.append(time.perf_counter() - start)
            sums.add(summary.measures["raw"].sum.tobytes())
            print(workers, found[-1], file=sys.stderr, flush=True)
    return {
        "documents": documents,
        "one_process_s": seconds[1],
        "two_processes_s": seconds[2],
        "ratio": median(seconds[1]) / median(seconds[2]),
        "equal_to_the_last_bit": len(sums) == 1,
    }


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
    if not (both := parts.get("processes")):
        return "\n".join([*lines, ""])
    lines += [
        "",
        f"Two worker processes over {both['documents']:,} documents: {both['ratio']:.2f} times "
        f"as fast as one process (medians of {len(both['one_process_s'])} turns, starting them "
        "included), sums "
        f"{'equal to the last bit' if both['equal_to_the_last_bit'] else 'NOT EQUAL'}.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small version, in seconds")
    parser.add_argument("--into", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure")
    parser.add_argument("--documents", type=int, default=4_000, help="of the two processes")
    parser.add_argument("--rounds", type=int, default=3, help="turns of the two processes")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    load = getloadavg()[0]
    file = chosen.into / "attention_scale.json"
    parts = read_json(file)["parts"] if file.exists() else {}
    with quiet(), tempfile.TemporaryDirectory() as name:
        for part in chosen.only:
            if part == "processes":
                documents = 200 if chosen.quick else chosen.documents
                rounds = 1 if chosen.quick else chosen.rounds
                parts[part] = process_row(documents, rounds, Path(name))
            else:
                sizes = (200, 400) if chosen.quick else SIZES
                parts[part] = memory_rows(part, sizes, Path(name))
    arguments = ["--quick"] if chosen.quick else []
    result = {
        "command": shlex.join(
            ["python", "experiments/benchmarks/attention_scale/run.py", *arguments]
        ),
        "when": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": source_commit() or "unknown",
        "cores": cpu_count(),
        "load_before": load,
        "load_after": getloadavg()[0],
        "versions": {name: version(name) for name in PACKAGES},
        "parts": parts,
    }
    chosen.into.mkdir(parents=True, exist_ok=True)
    write_json(file, result)
    write_text(chosen.into / "attention_scale.md", page(result))


if __name__ == "__main__":
    main()
