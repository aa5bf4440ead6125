"""Every network that pgmpy bundles, from documents to effects, as the command line does it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from causattn.corpora import bundled_networks, load_network
from causattn.reproduction import Context, Findings

HIDDEN = ("documents", "outcome", "why", "timeout_s", "memory_gb")
PROVENANCE = ("job", "job_seconds", "commit", "code", "versions")
CHOICES = (
    "corpus=bayesnet",
    "features=slots",
    "features.collinear=drop",
    "model=none",
    "attention=none",
    "candidates=none",
    "controls=[]",
    "discovery=ges",
    "effects=dowhy",
    "effects.bootstraps=0",
    "report=false",
    "quiet=true",
)
"""Discovery and effects on the data alone, without the further searches of a robust verdict."""


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a network and number of documents, small networks first."""
    names = settings.networks or bundled_networks()
    sizes = {name: len(load_network(name).variables) for name in names}
    limits = {"timeout_s": settings.timeout_s, "memory_gb": settings.memory_gb}
    for documents in settings.documents:
        for name in sorted(names, key=lambda name: (sizes[name], name)):
            yield {"network": name, "documents": documents, **limits}


def measure(job: Mapping[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return what became of one network's run."""
    about = {"network": job["network"], "documents": job["documents"]}
    about["variables"] = len(load_network(job["network"]).variables)
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; from causattn.cli import main; sys.exit(main())",
                "run",
                *CHOICES,
                f"corpus.network={job['network']}",
                f"corpus.documents={job['documents']}",
                f"limits.timeout_s={job['timeout_s']}",
                f"limits.memory_gb={job['memory_gb']}",
                f"paths.cache={folder}/cache",
                f"seed={context.seed}",
                f"hydra.run.dir={folder}/run",
            ],
            capture_output=True,
            text=True,
        )
        if said.returncode:
            lines = [line for line in said.stderr.splitlines() if line.strip()]
            why = lines[-1].replace(folder, "FOLDER") if lines else "no word"
            return [{**about, "outcome": "not done", "why": why}]
        summary, timing = (
            json.loads((Path(folder) / "run" / f"{name}.json").read_text(encoding="utf-8"))
            for name in ("summary", "timing")
        )
        evidence = pd.read_parquet(Path(folder) / "run" / "evidence.parquet")
    return [{**about, "outcome": "done", **_figures(summary, timing["timing"], evidence)}]


def _figures(
    summary: Mapping[str, Any], timing: Mapping[str, Any], evidence: pd.DataFrame
) -> dict[str, Any]:
    graph, features = summary["graph"], summary["features"]
    stages = ("corpus", "features", "screens", "discovery", "effects")
    return {
        "features": features["count"],
        "constant": len(features.get("dropped_constant", ())),
        "alike or dependent": len(features.get("dropped_collinear", {})),
        "true edges": graph.get("true_edges"),
        "edges": graph["edges"],
        "SHD": graph.get("shd"),
        "adjacency F1": graph.get("adjacency_f1"),
        "truth": "skeleton" if graph.get("truth", {}).get("skeleton_alone", False) else "DAG",
        "pairs": len(evidence),
        "effects": int(evidence["data_estimate"].notna().sum()),
        **{f"{stage}, s": timing.get(f"{stage}_s") for stage in stages},
        "why": "",
    }


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Show every network, and count those that ran end to end."""
    table = pd.DataFrame(rows)
    findings = Findings()
    for documents, part in table.groupby("documents", sort=True):
        done = part["outcome"] == "done"
        name = f"networks that ran end to end at {documents} documents"
        findings.figures.append(context.figure(name, int(done.sum())))
        shown = part[done].drop(columns=[*HIDDEN, *PROVENANCE], errors="ignore")
        findings.tables[f"{documents} documents"] = shown.round(2)
        if not done.all():
            left = part[~done][["network", "variables", "why"]]
            findings.tables[f"{documents} documents: not done, and why"] = left
    findings.remarks.append(
        "Seconds by the clock of a machine shared with other work; loading libraries is not in "
        "them. A network with constant columns is judged over the others; truth says by what."
    )
    return findings
