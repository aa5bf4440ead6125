"""Which metrics of a run are compared, what they are called, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from causattn.base import ConfigError, listed
from causattn.graphs import METRICS, added_metrics

SECONDS = "search.seconds"
"""Time of the discovery algorithm alone, whatever else the run did."""


@dataclass(frozen=True)
class Metric:
    """One metric of a run.

    Parameters
    ----------
    name
        Its column, such as ``graph.shd``.
    title
        Its name in a table.
    lower_is_better
        Which way is better.
    bounds
        The least and the largest value it can have; intervals do not reach beyond.
    undefined_last
        Whether a finished run without it ranks last, where others have it; else nobody is ranked
        there.
    """

    name: str
    title: str
    lower_is_better: bool
    bounds: tuple[float, float] = (-math.inf, math.inf)
    undefined_last: bool = False

    @property
    def slug(self) -> str:
        """The metric's name as part of a file's name."""
        return "".join(c if c.isalnum() else "_" for c in self.name.removeprefix("graph."))


_LOWER = {
    "graph.tests": "independence tests",
    SECONDS: "seconds of discovery",
    "seconds": "seconds of the run",
    "model.loss_held_out": "held-out loss",
}
_HIGHER = {
    "candidates.auc": "candidate AUC",
    "candidates.average_precision": "candidate average precision",
    "model.accuracy_held_out": "held-out accuracy",
}
_USUAL = (
    "graph.shd",
    "graph.adjacency_f1",
    "graph.arrowhead_f1",
    "graph.parent_aid",
    "candidates.auc",
    "candidates.average_precision",
)


def known_metric(name: str) -> Metric | None:
    """Return a metric by its column, None where it is not known which way is better."""
    own = name.removeprefix("graph.")
    if own != name and own in METRICS:
        known = METRICS[own]
        better = known.better
        if better is None:
            return None
        last = known.undefined == "last"
        return Metric(name, known.title, better == "lower", known.bounds, last)
    for titles, lower in ((_LOWER, True), (_HIGHER, False)):
        if name in titles:
            return Metric(name, titles[name], lower, (0.0, math.inf if lower else 1.0))
    return None


def chosen_metrics(wanted: Sequence[str], jobs: pd.DataFrame) -> list[Metric]:
    """Return the metrics to compare.

    Parameters
    ----------
    wanted
        As typed: ``shd``, ``graph.shd``, or ``graph.edges:lower`` for one that is not known; none
        for the usual ones and those from outside, as far as they are there.
    jobs
        The table of all jobs.

    Raises
    ------
    ConfigError
        For a metric that is not there, is no number, or whose better side is not known.
    """
    if not wanted:
        usual = (*_USUAL, *added_metrics())
        return [metric for name in usual if (metric := known_metric(name)) and _any(jobs, name)]
    return [_metric(text, jobs) for text in dict.fromkeys(wanted)]


def _metric(text: str, jobs: pd.DataFrame) -> Metric:
    """Return the metric that a person typed."""
    name, _, side = text.partition(":")
    if side not in ("", "lower", "higher"):
        raise ConfigError(f"--metric {text}: write {name}:lower or {name}:higher, which is better.")
    full = next((known for known in (name, f"graph.{name}") if known in jobs), None)
    if full is None:
        numbers = [str(column) for column in jobs if not str(column).startswith("config.")]
        some = listed([column for column in numbers if known_metric(column)], 30)
        raise ConfigError(f"No run has the metric {name}; choose of {some or listed(numbers, 30)}.")
    if not _any(jobs, full):
        raise ConfigError(f"{full} is a number in no finished run; choose another --metric.")
    known = known_metric(full)
    if side:
        if known is not None:
            return replace(known, lower_is_better=side == "lower")
        return Metric(full, full, side == "lower")
    if known is None:
        raise ConfigError(
            f"Which way is better for {full} is not known; write --metric {full}:lower or "
            f"--metric {full}:higher."
        )
    return known


def _any(jobs: pd.DataFrame, name: str) -> bool:
    return (
        name in jobs
        and pd.api.types.is_numeric_dtype(jobs[name])
        and not pd.api.types.is_bool_dtype(jobs[name])
        and bool(jobs[name].notna().any())
    )
