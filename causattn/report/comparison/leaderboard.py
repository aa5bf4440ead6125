"""The leaderboard as a table: the contestants by one metric, the best first."""

from __future__ import annotations

from causattn.report.comparison.numbers import short_seconds, with_interval
from causattn.report.comparison.style import words
from causattn.report.comparison.tables import Cell, TableRows
from causattn.results import MetricComparison

SORTED_BY = ("contestant", "mean", "rank", "wins", "seconds", "values")
"""Columns of the frame that the table's are sorted by."""


def leaderboard_table(found: MetricComparison) -> TableRows:
    """Return the contestants by one metric: mean and interval, rank, wins, time, what is there."""
    metric, frame = found.metric, found.leaderboard
    best = frame["mean"].min() if metric.lower_is_better else frame["mean"].max()
    rows = [
        [
            Cell(words(row["contestant"])),
            Cell(with_interval(row["mean"], row["low"], row["high"]), row["mean"] == best),
            Cell("–" if row["rank"] != row["rank"] else f"{row['rank']:.2f}"),
            Cell(str(row["wins"])),
            Cell(short_seconds(row["seconds"])),
            Cell(f"{row['values']} of {row['of']}"),
        ]
        for row in frame.to_dict("records")
    ]
    better = "lower" if metric.lower_is_better else "higher"
    caption = (
        f"Leaderboard by {metric.title} ({better} is better): mean over all data sets with its 95% "
        "bootstrap interval, mean rank, wins (draws on which nobody is better, ties included), "
        "seconds of discovery (geometric mean over data sets), and draws with a value."
    )
    headers = ["contestant", metric.title, "mean rank", "wins", "seconds", "draws"]
    return TableRows(f"leaderboard_{metric.slug}", caption, headers, rows)
