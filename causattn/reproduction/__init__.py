"""Experiments: papers, studies and benchmarks, each a folder that one engine measures and records.

A folder has ``claim.md`` (what is claimed, and by whom), ``protocol.yaml`` (settings, data, what
was agreed) and ``measure.py``; ``causattn reproduce NAME`` leaves its page in ``results/NAME``.
See ``experiments/README.md``.
"""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.reproduction.contract import (
        Figure,
        Findings,
        Label,
        Paper,
        Row,
        exactly,
        within,
    )
    from causattn.reproduction.experiment import (
        Experiment,
        experiment_names,
        find_experiment,
    )
    from causattn.reproduction.machine import machine, on_machines
    from causattn.reproduction.page import FIGURE_HEADER, figure_row, frame, overview_page, seconds
    from causattn.reproduction.places import experiments_folder
    from causattn.reproduction.protocol import Context, DataFile, Protocol
    from causattn.reproduction.record import Record, read_record, write_record
    from causattn.reproduction.registry import PAPERS
    from causattn.reproduction.rows import cached_jobs
    from causattn.reproduction.run import ExperimentPlan, reproduce, rewrite_page, write_overview
    from causattn.reproduction.spread import extent, half_width, interval
    from causattn.reproduction.stale import stale_jobs

__all__ = [
    "FIGURE_HEADER",
    "PAPERS",
    "Context",
    "DataFile",
    "Experiment",
    "ExperimentPlan",
    "Figure",
    "Findings",
    "Label",
    "Paper",
    "Protocol",
    "Record",
    "Row",
    "cached_jobs",
    "exactly",
    "experiment_names",
    "experiments_folder",
    "extent",
    "figure_row",
    "find_experiment",
    "frame",
    "half_width",
    "interval",
    "machine",
    "on_machines",
    "overview_page",
    "read_record",
    "reproduce",
    "rewrite_page",
    "seconds",
    "stale_jobs",
    "within",
    "write_overview",
    "write_record",
]

__getattr__ = on_demand(__name__, __file__)
