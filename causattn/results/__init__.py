"""Results: artefacts that are made once, runs on disk, and tables over many of them."""

from causattn.results._collect import JOBS, Collected, collect_runs, find_runs
from causattn.results._folder import Status, config_key, run_in_folder, run_status, to_yaml
from causattn.results._inventory import (
    Entry,
    differences,
    find_artefact,
    list_artefacts,
    nearest,
    prune,
)
from causattn.results._lock import exclusive
from causattn.results._run import SCREEN, Run, load_run, matrix, write_results
from causattn.results._store import Artefact, Store
from causattn.results._versions import versions

__all__ = [
    "JOBS",
    "SCREEN",
    "Artefact",
    "Collected",
    "Entry",
    "Run",
    "Status",
    "Store",
    "collect_runs",
    "config_key",
    "differences",
    "exclusive",
    "find_artefact",
    "find_runs",
    "list_artefacts",
    "load_run",
    "matrix",
    "nearest",
    "prune",
    "run_in_folder",
    "run_status",
    "to_yaml",
    "versions",
    "write_results",
]
