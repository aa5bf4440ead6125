"""Results: artefacts that are made once, runs on disk, and tables over many of them."""

from causattn.results._folder import Status, config_key, run_in_folder, run_status, to_yaml
from causattn.results._lock import exclusive
from causattn.results._run import Run, load_run, matrix, write_results
from causattn.results._store import Artefact, Store
from causattn.results._versions import versions

__all__ = [
    "Artefact",
    "Run",
    "Status",
    "Store",
    "config_key",
    "exclusive",
    "load_run",
    "matrix",
    "run_in_folder",
    "run_status",
    "to_yaml",
    "versions",
    "write_results",
]
