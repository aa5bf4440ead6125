"""Contestants from several packages on random linear models: how near to the truth, how fast."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from causattn.base import ConfigError, generator
from causattn.graphs import CausalGraph, compare_graphs
from causattn.reproduction import Context, Row

HERE = Path(__file__).resolve().parent
NOT_INSTALLED = 3


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a family, size and graph."""
    for family, sizes in settings.sizes.items():
        for nodes, edges in sizes:
            for graph in range(settings.graphs):
                yield {
                    "family": family,
                    "nodes": nodes,
                    "edges": edges,
                    "graph": graph,
                    "rows": settings.rows,
                    "repeats": settings.repeats,
                    "timeout_s": settings.timeout_s,
                    "contestants": settings.contestants,
                }


def measure(job: dict[str, Any], context: Context) -> list[Row]:
    """Run every contestant of the job's family on one graph, in an order that is drawn."""
    rng = generator(context.seed, "peers", job["family"], job["nodes"], job["graph"])
    weights, values = sample(job, rng)
    names = [f"v{k}" for k in range(job["nodes"])]
    truth = CausalGraph.from_adjacency(weights != 0, names, direction="from row to column")
    listed = contestants(job["contestants"])
    of_family = [name for name, (_, family, _) in listed.items() if family == job["family"]]
    found = []
    for name in rng.permutation(of_family).tolist():
        place = listed[name][0]
        answer = in_a_process(place, name, values, job["repeats"], job["timeout_s"])
        if answer is None:
            continue
        if isinstance(answer, str):
            found.append(_row(job, name) | {"ended": answer})
            continue
        seconds, adjacency = answer
        graph = CausalGraph.from_adjacency(
            adjacency,
            names,
            direction="from row to column",
            kind="cpdag" if (adjacency & adjacency.T).any() else "dag",
        )
        figures = compare_graphs(graph, truth)
        found.append(
            _row(job, name)
            | {
                "SHD": figures["dag_shd" if job["family"] == "lingam" else "shd"],
                "cold seconds": float(seconds[0]),
                "warm seconds": float(np.median(seconds[1:])) if len(seconds) > 1 else None,
                "ended": "",
            }
        )
    return found


def contestants(own: str | None) -> dict[str, tuple[Path, str, Any]]:
    """Return the file, the family and the function of each contestant."""
    listed = {}
    for place in [HERE / "theirs.py", *([Path(own).resolve()] if own else [])]:
        if not place.is_file():
            raise ConfigError(f"There is no file {own} of contestants; give its path.")
        for name, (_, family, run) in runpy.run_path(str(place))["CONTESTANTS"].items():
            listed[name] = (place, family, run)
    return listed


def sample(job: dict[str, Any], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return weights [p, p], from row to column, and standardised data of a linear model."""
    nodes, rows = job["nodes"], job["rows"]
    order = rng.permutation(nodes)
    pairs = np.argwhere(np.triu(np.ones((nodes, nodes)), 1))
    edges = order[rng.permutation(pairs)[: job["edges"]]]
    weights = np.zeros((nodes, nodes))
    signs = rng.choice([-1, 1], len(edges))
    weights[edges[:, 0], edges[:, 1]] = rng.uniform(0.5, 1.5, len(edges)) * signs
    lingam = job["family"] == "lingam"
    noise = rng.uniform(-1, 1, (rows, nodes)) if lingam else rng.normal(size=(rows, nodes))
    for node in order:
        noise[:, node] += noise @ weights[:, node]
    return weights, (noise - noise.mean(axis=0)) / noise.std(axis=0)


def in_a_process(
    place: Path, name: str, values: np.ndarray, repeats: int, timeout_s: float
) -> tuple[np.ndarray, np.ndarray] | str | None:
    """Return a contestant's seconds and graph, or how it ended; None where it is not installed.

    Others are looked for in the Python of ``PEERS_PYTHON`` first, then in this one.
    """
    pythons = [sys.executable]
    if "PEERS_PYTHON" in os.environ and not name.startswith("causattn "):
        pythons.insert(0, os.environ["PEERS_PYTHON"])
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    with tempfile.TemporaryDirectory() as folder:
        data_file, answer = Path(folder, "data.npy"), Path(folder, "answer.npz")
        np.save(data_file, values)
        ended = None
        for python in pythons:
            command = [python, HERE / "worker.py", place, name, data_file, answer, str(repeats)]
            try:
                done = subprocess.run(
                    command,
                    env=os.environ | threads,
                    timeout=timeout_s,
                    capture_output=True,
                    text=True,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                ended = f"timed out after {timeout_s:g} s"
                break
            if done.returncode != NOT_INSTALLED:
                if done.returncode:
                    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
                    ended = f"failed: {last[:200]}"
                break
        if answer.exists():
            with np.load(answer) as found:
                return found["seconds"], found["adjacency"]
        return ended


def _row(job: dict[str, Any], name: str) -> Row:
    return {
        "family": job["family"],
        "nodes": job["nodes"],
        "edges": job["edges"],
        "contestant": name,
        "SHD": None,
        "cold seconds": None,
        "warm seconds": None,
    }
