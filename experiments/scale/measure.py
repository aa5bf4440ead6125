"""Time and memory of a study's stages, documents, words and tokens grown tenfold each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from causattn.reproduction import Context, Findings, Row, machine, on_machines

STAGES = (
    "corpus",
    "features",
    "attention",
    "candidates",
    "screens",
    "discovery",
    "effects",
)


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a size."""
    for documents, words, tokens in settings.sizes:
        yield {
            "documents": documents,
            "words": words,
            "tokens": tokens,
            "corpus": settings.corpus,
            "timeout_s": settings.timeout_s,
        }


def measure(job: Mapping[str, Any], context: Context) -> list[Row]:
    """Return a row a stage of a study in a process of its own, as far as the time went."""
    with tempfile.TemporaryDirectory() as folder:
        task = json.dumps({**job, "path": str(Path(folder) / "documents.txt")})
        worker = Path(__file__).with_name("worker.py")
        # Large blocks go back to the system when they are freed, so that what is in use is counted.
        own = {**os.environ, "MALLOC_MMAP_THRESHOLD_": str(2**18), "OMP_NUM_THREADS": "1"}
        try:
            # An error of the worker's is said on the terminal, not kept from it.
            done = subprocess.run(
                [sys.executable, str(worker), task],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
                env=own,
                timeout=job["timeout_s"],
            )
            said, ended = done.stdout, False
        except subprocess.TimeoutExpired as late:
            said, ended = (late.stdout or b"").decode(), True
    about = {"machine": machine(), **job}
    rows: list[Row] = [{**about, **json.loads(line)} for line in said.splitlines()]
    if ended:
        refused = f"ended after {job['timeout_s']} s"
        rows.append({**about, "stage": _after(rows), "refused": refused})
    return rows


def _after(rows: list[Row]) -> str:
    """Return the stage that was running when the time was over."""
    done = {row["stage"] for row in rows}
    return next((stage for stage in ("writing", *STAGES) if stage not in done), STAGES[-1])


def page(rows: list[Row], context: Context) -> Findings:
    """Return seconds and memory by stage and size."""
    table = pd.DataFrame(rows)
    table["size"] = [
        f"{documents:,} x {words:,} x {tokens}"
        for documents, words, tokens in zip(
            table["documents"], table["words"], table["tokens"], strict=True
        )
    ]
    findings = Findings()
    for title, column in (("Seconds", "seconds"), ("Peak memory, MB", "peak_mb")):
        kept = table[table["stage"].isin(STAGES) & table[column].notna()]
        found = kept.pivot_table(index="size", columns="stage", values=column, sort=False)
        shown = found.reindex(columns=[stage for stage in STAGES if stage in found]).round(1)
        findings.tables[title] = shown.reset_index().rename(
            columns={"size": "documents x words x tokens"}
        )
    if "refused" in table and table["refused"].notna().any():
        refused = table[table["refused"].notna()]
        findings.tables["Not done"] = refused[["size", "stage", "refused"]]
    found = table[table["stage"] == "found"]
    if len(found):
        findings.tables["Found"] = found[["size", "edges", "pairs"]]
    findings.remarks = [
        on_machines(rows),
        "One thread; the machine was shared, so that seconds are upper bounds. Peak memory is the "
        "stage's own, the libraries' about 500 MB included.",
    ]
    return findings
