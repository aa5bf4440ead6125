"""`Run`: a run on disk, written once by a study and read back by everyone else.

=================== ===========================================================================
``config.yaml``     the resolved configuration
``summary.json``    metrics of the run, nested by room
``graph.json``      the graph found (`causattn.graphs.CausalGraph`)
``truth.json``      the true graph, where it is known
``candidates.parquet`` one row an ordered pair: scores, allowed or not; a column
                    ``screen.<name>`` for each other screen the candidates are compared with
``evidence.parquet`` one row an ordered pair: all evidence for and against the edge
``paths.parquet``   of a graph of heads, a row a path that was tried; ``curves.parquet``, how much
                    of the task its first paths carry; ``circuit.json``, edges in single prompts
``figures/``        pictures, as SVG and PNG
``report.html``     the report
=================== ===========================================================================
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from causattn.base import (
    ArtefactError,
    check_parquet,
    read_json,
    read_manifest,
    read_yaml,
    write_json,
)
from causattn.graphs import CausalGraph, varying
from causattn.results.status import Status, run_status

if TYPE_CHECKING:
    from causattn.effects import EvidenceTable

SCREEN = "screen."
TIMING = "timing.json"
WENT = ("reused", "search", "timing")
"""What a summary says of how the run went, which differs from one time to the next."""


class Run:
    """A run's results, each read from its folder when first asked for.

    Parameters
    ----------
    folder
        The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def status(self) -> Status:
        """How far the run has come."""
        return run_status(self.folder)[0]

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved configuration."""
        path = self.folder / "config.yaml"
        try:
            config = read_yaml(path.read_text(encoding="utf-8"), path)
        except (OSError, UnicodeDecodeError) as error:
            raise ArtefactError(
                f"{path} cannot be read ({type(error).__name__}); choose the folder of a run."
            ) from None
        if not isinstance(config, dict):
            raise ArtefactError(f"{path} is no configuration; choose the folder of a run.")
        return config

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Metrics of the run, nested by room: ``run.summary["graph"]["shd"]``.

        ``timing``, ``search`` and ``reused`` say how it went, and differ from one time to the
        next; the rest follows from the configuration.
        """
        timing = self.folder / TIMING
        went = read_json(timing) if timing.is_file() else {}
        return dict(read_json(self._file("summary.json"))) | dict(went)

    @property
    def seconds(self) -> float | None:
        """How long the whole run took, None where it is not finished."""
        if not (self.folder / "manifest.json").is_file():
            return None
        seconds = read_manifest(self.folder)["about"].get("seconds")
        return None if seconds is None else float(seconds)

    @cached_property
    def command(self) -> str:
        """The command that did the run, empty where there was none."""
        path = self.folder / "command.txt"
        return path.read_text(encoding="utf-8").strip() if path.is_file() else ""

    @cached_property
    def graph(self) -> CausalGraph:
        """The graph that was found."""
        return CausalGraph.read(self._file("graph.json"))

    @cached_property
    def truth(self) -> CausalGraph | None:
        """The true graph, None where it is not known."""
        path = self.folder / "truth.json"
        return CausalGraph.read(path) if path.is_file() else None

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """One row an ordered pair: source, target, score, strength, p_value, allowed, screens.

        Where no attention was read (``attention=none``) there are source, target and screens only.
        """
        return _read_parquet(self._file("candidates.parquet"))

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """One row an ordered pair: the evidence table (see `causattn.effects`).

        Columns of older runs have the names that such columns have now.
        """
        from causattn.effects import EARLIER

        return _read_parquet(self._file("evidence.parquet")).rename(columns=EARLIER)

    @cached_property
    def screens(self) -> dict[str, np.ndarray]:
        """Strengths that the candidates are compared with, by name; float64 [f, f], symmetric."""
        return {
            column.removeprefix(SCREEN): matrix(self.candidates, column)
            for column in self.candidates.columns
            if column.startswith(SCREEN)
        }

    @property
    def figures(self) -> dict[str, Path]:
        """The pictures by name, as PNG; an SVG of the same name lies beside each."""
        return {path.stem: path for path in sorted((self.folder / "figures").glob("*.png"))}

    def __repr__(self) -> str:
        if self.status is not Status.FINISHED:
            return f"Run({str(self.folder)!r}, {self.status})"
        summary = self.summary
        parts = [str(self.folder), f"{self.graph.size} features, {self.graph.edge_count} edges"]
        for room, name, label in (
            ("candidates", "auc", "candidate AUC"),
            ("graph", "shd", "SHD"),
            ("graph", "adjacency_f1", "adjacency F1"),
        ):
            value = summary.get(room, {}).get(name)
            if value is not None:
                parts.append(f"{label} {value:.3g}")
        return f"Run({', '.join(parts)})"

    def _file(self, name: str) -> Path:
        """Return the path of a result, or say why it is not there."""
        path = self.folder / name
        if not path.is_file():
            status, reason = run_status(self.folder)
            why = f"the run is {status}{f' ({reason})' if reason else ''}"
            raise ArtefactError(f"There is no {name} in {self.folder}: {why}; run it again.")
        return path


def load_run(folder: str | Path) -> Run:
    """Return the run in `folder`.

    Raises
    ------
    ArtefactError
        Where the folder holds no run.
    """
    path = Path(folder)
    if run_status(path)[0] is Status.ABSENT and not (path / "config.yaml").is_file():
        raise ArtefactError(
            f"{path} holds no run (no config.yaml and summary.json); give the folder that "
            "causattn run printed last."
        )
    return Run(path)


def write_results(
    folder: Path,
    *,
    summary: Mapping[str, Any],
    graph: CausalGraph,
    candidates: pd.DataFrame | None,
    evidence: EvidenceTable | pd.DataFrame,
    truth: CausalGraph | None = None,
    screens: Mapping[str, np.ndarray] | None = None,
) -> Run:
    """Write a run's results, each by rename, the summary last.

    The same configuration gives the same bytes, wherever and beside how many others it runs. What
    differs from one time to the next goes into a file of its own, ``timing.json``: seconds a
    stage, and which stages were computed before.

    Parameters
    ----------
    folder
        The run's folder.
    summary
        JSON-like, nested by room; NaN and infinities become null.
    graph, truth
        The graph found, and the true one where it is known.
    candidates
        `CandidateEdges.frame`: one row an ordered pair. None where there were none: the table then
        holds the pairs and the other screens alone.
    evidence
        The evidence table; it keeps the columns' meanings and how it was made. A plain frame is
        written as it is.
    screens
        Strengths of other screens by name, float64 [f, f], symmetric, in the graph's order of
        names without the constant ones; they become columns of the candidates.
    """
    graph, metrics, went = _apart(graph, summary)
    graph.write(folder / "graph.json")
    if truth is not None:
        truth.write(folder / "truth.json")
    names = varying(graph)
    index = {name: k for k, name in enumerate(names)}
    table = _all_pairs(names) if candidates is None else candidates.copy()
    rows = table["source"].map(index).to_numpy()
    columns = table["target"].map(index).to_numpy()
    for name, strength in (screens or {}).items():
        table[f"{SCREEN}{name}"] = np.asarray(strength, dtype=float)[rows, columns]
    _write_parquet(folder / "candidates.parquet", table)
    if isinstance(evidence, pd.DataFrame):
        _write_parquet(folder / "evidence.parquet", evidence)
    else:
        evidence.write(folder / "evidence.parquet")
    write_json(folder / TIMING, _finite(went))
    write_json(folder / "summary.json", _finite(metrics))
    return Run(folder)


def _apart(
    graph: CausalGraph, summary: Mapping[str, Any]
) -> tuple[CausalGraph, dict[str, Any], dict[str, Any]]:
    """Return the graph and the summary without what a repetition changes, and that."""
    metrics = {key: value for key, value in summary.items() if key not in WENT}
    went = {key: summary[key] for key in WENT if key in summary}
    if "seconds" in graph.details:
        went["search"] = {"seconds": graph.details["seconds"]}
        graph = replace(graph, details=_without_seconds(graph.details))
    if "details" in metrics.get("graph", {}):
        details = _without_seconds(metrics["graph"]["details"])
        metrics["graph"] = dict(metrics["graph"]) | {"details": details}
    return graph, metrics, went


def _without_seconds(details: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in details.items() if key != "seconds"}


def matrix(frame: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column of a frame over ordered pairs as a matrix.

    Returns
    -------
    numpy.ndarray
        float64 [f, f], **from row (source) to column (target)**, names in order of appearance as
        a source, diagonal 0.
    """
    names = list(dict.fromkeys(frame["source"]))
    index = {name: k for k, name in enumerate(names)}
    values = np.zeros((len(names), len(names)))
    rows, columns = frame["source"].map(index), frame["target"].map(index)
    values[rows.to_numpy(), columns.to_numpy()] = frame[column].to_numpy(dtype=float)
    return values


def _all_pairs(names: tuple[str, ...]) -> pd.DataFrame:
    """Return one row an ordered pair, with nothing but the names."""
    rows, columns = np.nonzero(~np.eye(len(names), dtype=bool))
    named = np.array(names, dtype=object)
    return pd.DataFrame({"source": named[rows], "target": named[columns]}, dtype=str)


def _finite(value: Any) -> Any:
    """Return a JSON-like value with numbers as plain Python and NaN and infinities as None."""
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, np.ndarray):
        return _finite(value.tolist())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _write_parquet(path: Path, frame: pd.DataFrame) -> None:
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        frame.to_parquet(temporary, index=False)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _read_parquet(path: Path) -> pd.DataFrame:
    check_parquet(path)
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise ArtefactError(
            f"{path} is no readable Parquet file ({type(error).__name__}); run it again."
        ) from None
