"""Results: artefacts that are made once, runs on disk, and tables over many of them.

Modules are imported when something of theirs is first asked for: whether a sweep is finished can
be answered without loading what tables need.
"""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.results.collect import JOBS, Collected, collect_runs, find_runs
    from causattn.results.commands import note_sweep_command, sweep_commands
    from causattn.results.compare import (
        OVERALL,
        Comparison,
        Metric,
        MetricComparison,
        Ranking,
        compare_runs,
        rank,
    )
    from causattn.results.configuration import WITHOUT_EFFECT, config_key, to_yaml
    from causattn.results.folder import finished_by, run_in_folder
    from causattn.results.inventory import (
        CacheEntry,
        differences,
        find_artefact,
        list_artefacts,
        nearest,
        prune,
    )
    from causattn.results.rows import read_rows, write_rows
    from causattn.results.run import SCREEN, WENT, Run, load_run, matrix, write_results
    from causattn.results.status import Status, run_status
    from causattn.results.store import Artefact, Store
    from causattn.results.versions import commits_since, source_commit, versions

__all__ = [
    "JOBS",
    "OVERALL",
    "SCREEN",
    "WENT",
    "WITHOUT_EFFECT",
    "Artefact",
    "CacheEntry",
    "Collected",
    "Comparison",
    "Metric",
    "MetricComparison",
    "Ranking",
    "Run",
    "Status",
    "Store",
    "collect_runs",
    "commits_since",
    "compare_runs",
    "config_key",
    "differences",
    "find_artefact",
    "find_runs",
    "finished_by",
    "list_artefacts",
    "load_run",
    "matrix",
    "nearest",
    "note_sweep_command",
    "prune",
    "rank",
    "read_rows",
    "run_in_folder",
    "run_status",
    "source_commit",
    "sweep_commands",
    "to_yaml",
    "versions",
    "write_results",
    "write_rows",
]

__getattr__ = on_demand(__name__, __file__)
