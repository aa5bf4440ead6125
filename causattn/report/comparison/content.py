"""The tables of a comparison, made from its frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from causattn.report.comparison.leaderboard import leaderboard_table
from causattn.report.comparison.numbers import short_seconds, with_interval
from causattn.report.comparison.style import words
from causattn.report.comparison.tables import Cell, TableRows
from causattn.report.words import number
from causattn.results import OVERALL, Comparison, MetricComparison, Ranking

_OUTCOMES = ("finished", "timed out", "out of memory", "failed", "not applicable", "unfinished")


def tables(comparison: Comparison) -> Iterator[tuple[TableRows, pd.DataFrame]]:
    """Yield each table for people with the frame behind it."""
    yield contestant_table(comparison), comparison.contestants
    yield data_set_table(comparison), comparison.data_sets
    for found in comparison.metrics.values():
        yield leaderboard_table(found), found.leaderboard
        yield mean_table(comparison, found), found.means
        if len(found.differences):
            yield difference_table(found), found.differences
    if len(comparison.runtimes):
        yield runtime_table(comparison), comparison.runtimes
    if len(comparison.failures):
        yield failure_table(comparison), comparison.failures


def contestant_table(comparison: Comparison) -> TableRows:
    """Return who took part, what it is, and how its jobs ended."""
    frame = comparison.contestants
    ends = [end for end in _OUTCOMES if end == "finished" or frame[end].any()]
    facts = [name for name in ("gives", "takes", "candidates") if name in frame]
    rows = [
        [
            Cell(words(row["contestant"]) + (" (baseline)" if row["baseline"] else "")),
            Cell(str(row["ran"])),
            *(Cell(_worded(row[name])) for name in facts),
            *(Cell(str(row[end])) for end in ends),
        ]
        for row in frame.to_dict("records")
    ]
    titles = {"gives": "gives", "takes": "takes data", "candidates": "can use candidates to"}
    headers = ["contestant", "what ran", *(titles[name] for name in facts), *ends]
    return TableRows("contestants", "What was compared, and how its jobs ended.", headers, rows)


def data_set_table(comparison: Comparison) -> TableRows:
    """Return the data sets with their sizes and how far trivial orders get."""
    frame = comparison.data_sets
    headers = ["data set", *map(str, frame.columns[1:])]
    rows = [
        [Cell(words(str(row[0]))), *(Cell(number(_plain(value))) for value in row[1:])]
        for row in frame.itertuples(index=False, name=None)
    ]
    caption = (
        "The data sets. Of a sortability 0.5 says nothing, and near 1 or 0 a trivial order does "
        "well; means over seeds."
    )
    return TableRows("data_sets", caption, headers, rows)


def mean_table(comparison: Comparison, found: MetricComparison) -> TableRows:
    """Return one metric: data sets by contestants, with the overall mean and the mean rank."""
    contestants = list(comparison.contestants["contestant"])
    sets = [*comparison.data_sets["data_set"], OVERALL]
    cells = {(row["contestant"], row["data_set"]): row for row in found.means.to_dict("records")}
    late = _late(comparison)
    sign = 1 if found.metric.lower_is_better else -1
    rows: list[list[Cell]] = []
    rules: list[int] = []
    for data_set in sets:
        own = [cells.get((contestant, data_set)) for contestant in contestants]
        if all(cell is None for cell in own):
            continue
        whole = [sign * c["mean"] for c in own if c is not None and c["seeds"] == c["of"]]
        best = min(whole, default=np.nan)
        if data_set == OVERALL:
            rules.append(len(rows))
        line = [Cell(words(data_set))]
        for contestant, cell in zip(contestants, own, strict=True):
            if cell is None:
                line.append(Cell(late.get((contestant, data_set), "–")))
                continue
            whole_cell = cell["seeds"] == cell["of"]
            first = whole_cell and bool(np.isclose(sign * cell["mean"], best, rtol=1e-9))
            line.append(Cell(_mean(cell), bold=first))
        rows.append(line)
    if isinstance(found.ranking, Ranking):
        ranks = dict(zip(found.ranking.contestants, found.ranking.mean_ranks, strict=True))
        least = min(ranks.values())
        rules.append(len(rows))
        line = [
            Cell(f"{ranks[name]:.2f}" if name in ranks else "–", ranks.get(name) == least)
            for name in contestants
        ]
        rows.append([Cell("mean rank"), *line])
    better = "lower" if found.metric.lower_is_better else "higher"
    caption = (
        f"{_capital(found.metric.title)}, {better} is better: mean over seeds with its 95% "
        "bootstrap interval, the best of a row in bold."
    )
    headers = ["data set", *map(words, contestants)]
    return TableRows(f"means_{found.metric.slug}", caption, headers, rows, rules)


def difference_table(found: MetricComparison) -> TableRows:
    """Return how far everyone is from the best."""
    best = leader(found)
    pairs = found.differences
    rows = []
    for row in pairs[(pairs["first"] == best) | (pairs["second"] == best)].to_dict("records"):
        turned = row["first"] == best
        other = row["second"] if turned else row["first"]
        sign = -1.0 if turned else 1.0
        low, high = sorted((sign * row["low"], sign * row["high"]))
        rows.append(
            (
                sign * row["difference"] * (1 if found.metric.lower_is_better else -1),
                [
                    Cell(words(other)),
                    Cell(with_interval(sign * row["difference"], low, high)),
                    Cell(str(row["better"] if turned else row["worse"])),
                    Cell(str(row["ties"])),
                    Cell(str(row["worse"] if turned else row["better"])),
                    Cell(_p(row["p"])),
                    Cell(_p(row["p_holm"])),
                ],
            )
        )
    rows.sort(key=lambda pair: pair[0])
    name = words(best)
    headers = ["contestant", f"minus {name}", f"{name} better", "ties", f"{name} worse"]
    caption = (
        f"{_capital(found.metric.title)} of each contestant minus that of {name}, paired by data "
        "set and seed: mean with its 95% bootstrap interval, draws, p of the sign-flip test, and p "
        "adjusted for all pairs (Holm)."
    )
    return TableRows(
        f"differences_{found.metric.slug}",
        caption,
        [*headers, "p", "p (Holm)"],
        [line for _, line in rows],
    )


def runtime_table(comparison: Comparison) -> TableRows:
    """Return the median seconds of discovery: data sets by contestants."""
    frame = comparison.runtimes
    contestants = list(comparison.contestants["contestant"])
    cells = {(r["contestant"], r["data_set"]): r for r in frame.to_dict("records")}
    rows = []
    for data_set in comparison.data_sets["data_set"]:
        own = [cells.get((contestant, data_set)) for contestant in contestants]
        rows.append([Cell(words(data_set)), *(Cell(_seconds(cell)) for cell in own)])
    caption = "Seconds of discovery, median over seeds."
    return TableRows("runtimes", caption, ["data set", *map(words, contestants)], rows)


def failure_table(comparison: Comparison) -> TableRows:
    """Return who did not finish, where and why."""
    rows = [
        [
            Cell(words(row["contestant"])),
            Cell(row["outcome"]),
            Cell(str(row["jobs"])),
            Cell(words(row["data_sets"])),
            Cell(row["reason"]),
        ]
        for row in comparison.failures.to_dict("records")
    ]
    headers = ["contestant", "outcome", "jobs", "data sets", "reason"]
    return TableRows("failures", "Jobs that did not finish.", headers, rows)


def leader(found: MetricComparison) -> str:
    """Return the contestant of the best mean rank, or where there are no ranks, best overall."""
    if isinstance(found.ranking, Ranking):
        return found.ranking.contestants[int(np.argmin(found.ranking.mean_ranks))]
    sign = 1 if found.metric.lower_is_better else -1
    table = found.means[found.means["data_set"] == OVERALL]
    table = (
        found.means.groupby("contestant", sort=False)["mean"].mean()
        if table.empty
        else (table.set_index("contestant")["mean"])
    )
    return str((sign * table).idxmin())


def _late(comparison: Comparison) -> dict[tuple[str, str], str]:
    """Return what became of a contestant on a data set without a single finished job."""
    found = {}
    for (name, data_set), own in comparison.jobs.groupby(["contestant", "data_set"]):
        ends = own["outcome"].unique()
        if "finished" not in ends:
            found[str(name), str(data_set)] = str(ends[0]) if len(ends) == 1 else "failed"
        else:
            found[str(name), str(data_set)] = "undefined"
    return found


def _mean(cell: Mapping[str, Any]) -> str:
    text = with_interval(cell["mean"], cell["low"], cell["high"])
    return text if cell["seeds"] == cell["of"] else f"{text} ({cell['seeds']}/{cell['of']})"


def _seconds(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return "–"
    late = f"> {cell['limit']:g}" if cell["timed_out"] else ""
    if not cell["runs"]:
        return f"{late} ({cell['timed_out']} timed out)"
    text = short_seconds(cell["seconds"])
    return f"{text} ({cell['timed_out']} timed out)" if late else text


def _p(p: float) -> str:
    if p != p:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _worded(value: object) -> str:
    return "–" if value is None or value != value else str(value)


def _plain(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
