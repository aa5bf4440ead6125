"""`compare_runs`: everything that a sweep says about its contestants, as a few small tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import DataError, Shown
from causattn.results.commands import sweep_commands
from causattn.results.compare.cells import cells_of
from causattn.results.compare.costs import front, runtimes, typical_seconds
from causattn.results.compare.design import JobDesign, make_design, short
from causattn.results.compare.leaderboard import leaderboard
from causattn.results.compare.means import differences, means, ranking
from causattn.results.compare.metrics import SECONDS, Metric, chosen_metrics, known_metric
from causattn.results.compare.notes import general_notes, metric_notes
from causattn.results.compare.outcomes import FINISHED
from causattn.results.compare.paths import paths
from causattn.results.compare.ranks import Ranking
from causattn.results.compare.read import read_jobs, where
from causattn.results.compare.tables import (
    contestants_table,
    data_sets_table,
    failures_table,
    tidy_jobs,
    versions_of,
)


@dataclass(frozen=True)
class MetricComparison:
    """What one metric says.

    Parameters
    ----------
    metric
        Which.
    leaderboard
        One row a contestant, the best first: its mean, rank, wins and time.
    means, differences, front
        Tables of `causattn.results.compare.means` and `costs`.
    ranking
        Friedman's test and Nemenyi's ranks, or why there are none.
    notes
        What to know when reading it, in sentences.
    """

    metric: Metric
    leaderboard: pd.DataFrame
    means: pd.DataFrame
    differences: pd.DataFrame
    ranking: Ranking | str
    front: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """A comparison of the runs in a folder.

    Parameters
    ----------
    metrics
        One `MetricComparison` a metric, by its column.
    contestants
        One row a contestant: what ran, what it declares of itself, how many jobs ended how.
    data_sets
        One row a data set: variables, rows, true edges, sortabilities, other screens' AUC.
    failures
        One row a contestant, outcome and reason: how many jobs, on which data sets.
    runtimes, paths
        Time by size, and ROC points; empty where the sweep has none.
    jobs
        One row a job: the tidy table that all of this was made from.
    notes
        What was left out, in sentences.
    about
        ``by``, ``within``, ``seeds``, ``versions``, ``sha256`` of the jobs' table, ``commands``:
        those that made the sweep, where they are known.
    """

    metrics: Mapping[str, MetricComparison]
    contestants: pd.DataFrame
    data_sets: pd.DataFrame
    failures: pd.DataFrame
    runtimes: pd.DataFrame
    paths: pd.DataFrame
    jobs: pd.DataFrame
    notes: tuple[str, ...]
    about: Mapping[str, Any]

    def __repr__(self) -> str:
        names = ", ".join(found.metric.title for found in self.metrics.values())
        return (
            f"Comparison({len(self.contestants)} contestants, {len(self.data_sets)} data sets, "
            f"{len(self.jobs)} jobs; {names})"
        )

    def summary(self) -> dict[str, Any]:
        """Return how much was compared, and who leads by each metric."""
        return {
            "contestants": len(self.contestants),
            "data sets": len(self.data_sets),
            "jobs": len(self.jobs),
            "first": {
                name: str(one.leaderboard.iloc[0, 0])
                for name, one in self.metrics.items()
                if len(one.leaderboard)
            },
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the leaderboards: one row a metric and contestant, the best first."""
        boards = [
            one.leaderboard.assign(metric=name)[["metric", *one.leaderboard.columns]]
            for name, one in self.metrics.items()
        ]
        return pd.concat(boards, ignore_index=True) if boards else pd.DataFrame()


def compare_runs(
    place: str | Path,
    *,
    by: Sequence[str] = (),
    metrics: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare the runs in a folder.

    Parameters
    ----------
    place
        A folder with runs below, or a table that ``causattn collect`` wrote.
    by
        Keys that distinguish contestants, such as ``discovery.kind``; by default whatever varies
        outside of the corpus and the seed.
    metrics
        Such as ``graph.shd``; by default the usual ones that the runs have. Of another say
        which way is better: ``graph.edges:lower``.
    where
        Only runs with these values, such as ``{"corpus.network": "alarm,asia"}``.

    Returns
    -------
    Comparison

    Raises
    ------
    ArtefactError
        Where there are no runs.
    ConfigError
        For an unknown key or metric, or choices that cannot be paired.
    DataError
        Where no run finished or has a metric.
    """
    collected = _where(read_jobs(Path(place)), where or {})
    design = make_design(collected, by)
    if not (design.jobs["outcome"] == FINISHED).any():
        reason = design.jobs["reason"].dropna().astype(str)
        raise DataError(
            f"No run in {place} is finished, so that nothing can be compared"
            f"{f' (the first says: {reason.iloc[0]})' if len(reason) else ''}."
        )
    chosen = chosen_metrics(metrics, design.jobs)
    notes = list(design.notes)
    found = {metric.name: _compare(design, metric) for metric in chosen}
    if not metrics:
        same = [name for name, result in found.items() if _all_tie(result)]
        if len(same) < len(found):
            for name in same:
                title = found.pop(name).metric.title
                notes.append(f"{title} is the same for all contestants and is left out")
    if not found:
        raise DataError(
            f"The runs in {place} have none of the usual metrics (is a truth known?); name one "
            "with --metric."
        )
    notes += general_notes(design, next(iter(found.values())).metric)
    jobs = tidy_jobs(design, [result.metric for result in found.values()])
    return Comparison(
        metrics=found,
        contestants=contestants_table(design),
        data_sets=data_sets_table(design),
        failures=failures_table(design),
        runtimes=runtimes(design),
        paths=paths(design),
        jobs=jobs,
        notes=tuple(dict.fromkeys(notes)),
        about={
            "by": [short(column) for column in design.by],
            "commands": sweep_commands(Path(place)),
            "within": [short(column) for column in design.within],
            "seeds": sorted(design.jobs["seed"].unique(), key=lambda seed: (len(seed), seed)),
            "versions": versions_of(design.jobs),
            "sha256": sha256(jobs.to_csv(index=False).encode()).hexdigest(),
        },
    )


_where = where


def _compare(design: JobDesign, metric: Metric) -> MetricComparison:
    cells = cells_of(design, metric)
    table = means(cells)
    ranked, notes = ranking(cells)
    pairs = differences(cells)
    notes += metric_notes(cells, pairs)
    timed, ahead = np.full(len(cells.contestants), np.nan), pd.DataFrame()
    seconds = known_metric(SECONDS)
    if seconds is not None and SECONDS in design.jobs:
        times = cells_of(design, seconds)
        timed = typical_seconds(times)
        if metric.name != SECONDS:
            ahead = front(table, times, metric.lower_is_better)
    board = leaderboard(cells, table, ranked, timed)
    return MetricComparison(metric, board, table, pairs, ranked, ahead, tuple(notes))


def _all_tie(result: MetricComparison) -> bool:
    pairs = result.differences
    return bool(len(pairs)) and bool((pairs["ties"] == pairs["draws"]).all())
