"""The tables of a comparison that hold for all of its metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from causattn.results.compare.costs import ROWS, VARIABLES
from causattn.results.compare.design import JobDesign
from causattn.results.compare.metrics import SECONDS, Metric
from causattn.results.compare.outcomes import FINISHED, ORDER

_SORTABILITY = "features.sortability."
_SCREENS = "candidates.screens."


def baselines() -> frozenset[str]:
    """Return the names of the algorithms that only keep a comparison honest."""
    from causattn.discovery import ALGORITHMS

    return frozenset(name for name, found in ALGORITHMS.items() if found.baseline)


def contestants_table(design: JobDesign) -> pd.DataFrame:
    """Return one row a contestant: what it is and how its jobs ended."""
    from causattn.discovery import ALGORITHMS

    rows = []
    for name in design.contestants:
        own = design.jobs[design.jobs["contestant"] == name]
        kinds = own.get("config.discovery.kind", pd.Series(dtype=object)).dropna().unique()
        known = len(kinds) == 1 and str(kinds[0]) in ALGORITHMS
        algorithm = ALGORITHMS[str(kinds[0])] if known else None
        row: dict[str, Any] = {"contestant": name, "baseline": False}
        if algorithm is not None:
            capability = algorithm.capability
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


def data_sets_table(design: JobDesign) -> pd.DataFrame:
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


def failures_table(design: JobDesign) -> pd.DataFrame:
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


def tidy_jobs(design: JobDesign, metrics: Sequence[Metric]) -> pd.DataFrame:
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


def versions_of(jobs: pd.DataFrame) -> dict[str, list[str]]:
    """Return the versions that the runs were made with, several where they are mixed."""
    return {
        str(column).removeprefix("versions."): sorted(map(str, jobs[column].dropna().unique()))
        for column in jobs
        if str(column).startswith("versions.") and jobs[column].notna().any()
    }
