"""Peak memory and time of a corpus read from disk and of one held in memory, over its size."""

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

from .worker import write_documents

NAMES = {"streamed": "on disk", "file": "in memory"}


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a corpus and size."""
    for corpus in settings.corpora:
        for documents in settings.documents:
            yield {"corpus": corpus, "documents": documents}


def measure(job: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Return the peak and the times of a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "documents.parquet"
        write_documents(path, job["documents"])
        task = json.dumps({"corpus": job["corpus"], "path": str(path)})
        # Large blocks go back to the system when they are freed, so that what is in use is counted.
        own = {**os.environ, "MALLOC_MMAP_THRESHOLD_": str(2**18), "OMP_NUM_THREADS": "1"}
        worker = Path(__file__).with_name("worker.py")
        done = subprocess.run(
            [sys.executable, str(worker), task],
            check=True,
            capture_output=True,
            text=True,
            env=own,
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "machine": machine()}


def page(rows: list[Row], context: Context) -> Findings:
    """Return the table."""
    table = pd.DataFrame(
        [
            {
                "corpus": NAMES[row["corpus"]],
                "documents": f"{row['documents']:,}",
                "peak memory, MB": f"{row['peak_mb']:.0f}",
                "reading, s": f"{row['reading_s']:.1f}",
                "features, s": f"{row['features_s']:.1f}",
                "attention, s": f"{row['attention_s']:.1f}",
            }
            for row in rows
        ]
    )
    remarks = [on_machines(rows), "One torch thread a process; the machine was shared."]
    return Findings(tables={"Memory and time": table}, remarks=remarks)
