"""`compare_runs`: everything that a sweep says about its contestants, as a few small tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import DataError
from causattn.results.compare.bootstrap import smallest_p
from causattn.results.compare.cells import Cells, cells_of, unusable_draws
from causattn.results.compare.costs import ROWS, VARIABLES, front, runtimes
from causattn.results.compare.design import Design, make_design, short
from causattn.results.compare.means import differences, means, ranking
from causattn.results.compare.metrics import SECONDS, Metric, chosen_metrics, known_metric
from causattn.results.compare.outcomes import FINISHED, ORDER
from causattn.results.compare.paths import paths
from causattn.results.compare.ranks import Ranking
from causattn.results.compare.read import read_jobs, where

_FEW_SEEDS = 5
_SORTABILITY = "features.sortability."
_SCREENS = "candidates.screens."


@dataclass(frozen=True)
class MetricComparison:
    """What one metric says.

    Parameters
    ----------
    metric
        Which.
    means, differences, front
        Tables of `causattn.results.compare.means` and `costs`.
    ranking
        Friedman's test and Nemenyi's ranks, or why there are none.
    notes
        What to know when reading it, in sentences.
    """

    metric: Metric
    means: pd.DataFrame
    differences: pd.DataFrame
    ranking: Ranking | str
    front: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
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
        ``by``, ``within``, ``seeds``, ``versions``, ``sha256`` of the jobs' table.
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
        Keys that tell contestants apart, such as ``discovery.kind``; by default whatever varies
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
    notes += _general_notes(design, next(iter(found.values())).metric)
    jobs = _tidy(design, [result.metric for result in found.values()])
    return Comparison(
        metrics=found,
        contestants=_contestants(design),
        data_sets=_data_sets(design),
        failures=_failures(design),
        runtimes=runtimes(design),
        paths=paths(design),
        jobs=jobs,
        notes=tuple(dict.fromkeys(notes)),
        about={
            "by": [short(column) for column in design.by],
            "within": [short(column) for column in design.within],
            "seeds": sorted(design.jobs["seed"].unique(), key=lambda seed: (len(seed), seed)),
            "versions": _versions(design.jobs),
            "sha256": sha256(jobs.to_csv(index=False).encode()).hexdigest(),
        },
    )


_where = where


def _compare(design: Design, metric: Metric) -> MetricComparison:
    cells = cells_of(design, metric)
    table = means(cells)
    ranked, notes = ranking(cells)
    pairs = differences(cells)
    notes += _metric_notes(cells, pairs)
    seconds = known_metric(SECONDS)
    ahead = pd.DataFrame()
    if seconds is not None and SECONDS in design.jobs and metric.name != SECONDS:
        ahead = front(table, cells_of(design, seconds), metric.lower_is_better)
    return MetricComparison(metric, table, pairs, ranked, ahead, tuple(notes))


def _all_tie(result: MetricComparison) -> bool:
    pairs = result.differences
    return bool(len(pairs)) and bool((pairs["ties"] == pairs["draws"]).all())


def _metric_notes(cells: Cells, pairs: pd.DataFrame) -> list[str]:
    """Say what a reader of the metric's tables has to know."""
    notes = []
    title = cells.metric.title
    undefined = np.isnan(cells.values) & (cells.outcomes == FINISHED)
    for c in np.flatnonzero(undefined.any(axis=(1, 2)) & cells.defined):
        notes.append(
            f"{title} is not defined in {int(undefined[c].sum())} finished runs of "
            f"{cells.contestants[c]}: its means leave them out"
        )
    if len(pairs) and (pairs["ties"] == pairs["draws"]).all():
        notes.append(f"all contestants tie by {title}")
    elif len(pairs):
        least = smallest_p(int((pairs["draws"] - pairs["ties"]).max()))
        if least > 0.05:
            notes.append(
                f"so few paired draws cannot give a p below {least:.3g}: differences of {title} "
                "are shown, not proven"
            )
    return notes


def _general_notes(design: Design, metric: Metric) -> list[str]:
    cells = cells_of(design, metric)
    notes = []
    seeds = int(cells.drawn.sum(axis=1).max())
    if seeds == 1:
        notes.append("one seed a data set: there are no intervals, and nothing says how sure it is")
    elif seeds < _FEW_SEEDS:
        notes.append(f"{seeds} seeds a data set: intervals are rough, take 5 or more")
    if len(design.contestants) == 1:
        notes.append(f"{design.contestants[0]} is the only contestant: nothing is compared with it")
    for data_set, seed in unusable_draws(cells):
        here = (design.jobs["data_set"] == data_set) & (design.jobs["seed"] == seed)
        notes.append(
            f"every job on {data_set}, seed {seed}, failed and that draw is left out "
            f"({design.jobs.loc[here, 'reason'].iloc[0]})"
        )
    absent = cells.outcomes[:, cells.drawn] == ""
    if absent.any():
        names = [
            f"{name} ({int(count)})"
            for name, count in zip(cells.contestants, absent.sum(axis=1), strict=True)
            if count
        ]
        notes.append(f"draws without a job: {', '.join(names)}")
    kinds = design.jobs.get("config.discovery.kind")
    if kinds is not None and kinds.nunique() > 1 and not set(kinds) & baselines():
        notes.append(
            "no baseline is among the contestants; add discovery=empty,random,mutual_information"
        )
    return notes


def baselines() -> frozenset[str]:
    """Return the names of the algorithms that only keep a comparison honest."""
    from causattn.discovery import ALGORITHMS

    return frozenset(name for name, found in ALGORITHMS.items() if found.run.__module__ == _HONEST)


_HONEST = "causattn.discovery.baselines.baselines"


def _contestants(design: Design) -> pd.DataFrame:
    """Return one row a contestant: what it is and how its jobs ended."""
    from causattn.discovery import ALGORITHMS

    rows = []
    for name in design.contestants:
        own = design.jobs[design.jobs["contestant"] == name]
        kinds = own.get("config.discovery.kind", pd.Series(dtype=object)).dropna().unique()
        algorithm = ALGORITHMS.get(str(kinds[0])) if len(kinds) == 1 else None
        row: dict[str, Any] = {"contestant": name, "baseline": False}
        if algorithm is not None:
            capability = next(iter(algorithm.engines.values()))
            row |= {
                "baseline": algorithm.name in baselines(),
                "gives": algorithm.gives,
                "takes": ", ".join(sorted(capability.data_kinds)),
                "candidates": ", ".join(sorted(capability.candidates)) or "–",
            }
        said = own.get("graph.algorithm", pd.Series(dtype=object)).dropna().unique()
        row["ran"] = str(said[0]) if len(said) else "–"
        if len(said) > 1:
            row["ran"] += f" and {len(said) - 1} more"
        counts = own["outcome"].value_counts()
        row |= {end: int(counts.get(end, 0)) for end in ORDER}
        rows.append(row)
    return pd.DataFrame(rows)


def _data_sets(design: Design) -> pd.DataFrame:
    """Return one row a data set: its size, and how far trivial orders and screens get."""
    jobs = design.jobs[design.jobs["outcome"] == FINISHED]
    columns = {VARIABLES: "variables", ROWS: "rows", "graph.true_edges": "true edges"}
    for column in map(str, jobs.columns):
        if column.startswith(_SORTABILITY):
            columns[column] = column.removeprefix(_SORTABILITY).replace("_", " ")
        elif column.startswith(_SCREENS) and column.endswith(".auc"):
            name = column.removeprefix(_SCREENS).removesuffix(".auc").replace("_", " ")
            columns[column] = f"AUC of {name}"
    kept = {column: title for column, title in columns.items() if column in jobs}
    numbers = jobs[list(kept)].apply(pd.to_numeric, errors="coerce")
    frame = numbers.groupby(jobs["data_set"]).mean().reindex(list(design.data_sets))
    frame = frame.dropna(axis=1, how="all").rename(columns=kept)
    return frame.rename_axis("data_set").reset_index()


def _failures(design: Design) -> pd.DataFrame:
    """Return who did not finish, where and why."""
    jobs = design.jobs[design.jobs["outcome"] != FINISHED]
    rows = []
    for (contestant, end, reason), own in jobs.groupby(
        ["contestant", "outcome", jobs["reason"].fillna("").astype(str)], sort=False
    ):
        rows.append(
            {
                "contestant": contestant,
                "outcome": end,
                "jobs": len(own),
                "data_sets": "; ".join(n for n in design.data_sets if (own["data_set"] == n).any()),
                "reason": reason,
            }
        )
    return pd.DataFrame(rows, columns=["contestant", "outcome", "jobs", "data_sets", "reason"])


def _tidy(design: Design, metrics: Sequence[Metric]) -> pd.DataFrame:
    """Return the columns of all jobs that the comparison rests on."""
    jobs = design.jobs
    wanted = ["folder", "status", "outcome", "reason", "contestant", "data_set"]
    wanted += [*design.by, *design.within, "config.seed"]
    wanted += [metric.name for metric in metrics]
    wanted += [SECONDS, "seconds", VARIABLES, ROWS, "graph.algorithm", "graph.edges"]
    wanted += ["graph.true_edges", "graph.adjacency_precision", "graph.adjacency_recall"]
    wanted += [column for column in map(str, jobs) if column.startswith((_SORTABILITY, _SCREENS))]
    wanted += [column for column in map(str, jobs) if column.startswith("config.")]
    wanted += [column for column in map(str, jobs) if column.startswith("versions.")]
    kept = [column for column in dict.fromkeys(wanted) if column in jobs]
    constant = {
        column
        for column in kept
        if column.startswith("config.")
        and column not in (*design.by, *design.within, "config.seed", "config.discovery.kind")
        and "timeout_s" not in column
        and (column.startswith("config.paths.") or jobs[column].nunique(dropna=False) == 1)
    }
    return jobs[[column for column in kept if column not in constant]].reset_index(drop=True)


def _versions(jobs: pd.DataFrame) -> dict[str, list[str]]:
    """Return the versions that the runs were made with, several where they are mixed."""
    return {
        str(column).removeprefix("versions."): sorted(map(str, jobs[column].dropna().unique()))
        for column in jobs
        if str(column).startswith("versions.") and jobs[column].notna().any()
    }
