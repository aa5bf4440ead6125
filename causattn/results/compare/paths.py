"""Paths: how true and false adjacencies go with a level, a penalty or a threshold.

Each value of the parameter gives one point of a ROC curve. A true positive is a pair that both
graphs join; the false positive rate is over the pairs that the truth does not join.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from causattn.results.compare.design import JobDesign, short
from causattn.results.compare.outcomes import FINISHED
from causattn.results.compare.read import texts

_PARAMETERS = ("alpha", "penalty", "threshold", "pairs", "pairs_per_feature", "edges", "l1")
_NEEDED = (
    "graph.adjacency_recall",
    "graph.adjacency_precision",
    "graph.edges",
    "graph.true_edges",
    "features.count",
)


def paths(design: JobDesign) -> pd.DataFrame:
    """Return the points of all ROC curves.

    Returns
    -------
    frame
        ``curve`` (contestant without the parameter), ``data_set``, ``parameter``, ``value``,
        ``true_positive_rate``, ``false_positive_rate``, ``precision``, ``shd``, ``seeds``; means
        over seeds, by rising value. Empty where no parameter takes three values or more.
    """
    jobs = design.jobs[design.jobs["outcome"] == FINISHED]
    columns = [c for c in design.by if c.rsplit(".", 1)[-1] in _PARAMETERS]
    if not columns or not set(_NEEDED) <= set(jobs.columns):
        return pd.DataFrame()
    found = [_path(jobs, column, design.by) for column in columns]
    frame = pd.concat(found, ignore_index=True)
    if frame.empty:
        return frame
    places = {name: k for k, name in enumerate(design.data_sets)}
    keys = (frame["value"], frame["data_set"].map(places), frame["curve"], frame["parameter"])
    return frame.iloc[np.lexsort(keys)].reset_index(drop=True)


def _path(jobs: pd.DataFrame, column: str, by: tuple[str, ...]) -> pd.DataFrame:
    """Return the points of the curves along one parameter."""
    others = [name for name in by if name != column]
    numeric = pd.to_numeric(jobs[column], errors="coerce")
    jobs = jobs[numeric.notna()]
    rates = pd.DataFrame(
        {
            "curve": _curve(jobs, others),
            "data_set": jobs["data_set"],
            "parameter": short(column),
            "value": numeric[numeric.notna()],
            **_rates(jobs),
        }
    )
    keys = ["curve", "data_set", "parameter", "value"]
    grouped = rates.groupby(keys, sort=True)
    table = grouped.mean()
    table["seeds"] = grouped.size()
    table = table.reset_index()
    count = table.groupby(["curve", "data_set"])["value"].transform("nunique")
    return table[count >= 3]


def _curve(jobs: pd.DataFrame, others: list[str]) -> pd.Series:
    if not others:
        return pd.Series("all", index=jobs.index)
    parts = []
    for name in others:
        text = texts(jobs[name])
        key = name.rsplit(".", 1)[-1]
        if key != "kind":
            text = text.map(lambda value, key=key: "" if value == "null" else f"{key} = {value}")
        parts.append(text)
    rows = zip(*parts, strict=True)
    return pd.Series([", ".join(filter(None, row)) for row in rows], index=jobs.index)


def _rates(jobs: pd.DataFrame) -> dict[str, pd.Series]:
    number = {name: jobs[name].astype(float) for name in _NEEDED}
    true = number["graph.true_edges"]
    hits = number["graph.adjacency_recall"] * true
    size = number["features.count"]
    false = number["graph.edges"] - hits
    negatives = size * (size - 1) / 2 - true
    shd = jobs["graph.shd"].astype(float) if "graph.shd" in jobs else np.nan * true
    return {
        "true_positive_rate": number["graph.adjacency_recall"],
        "false_positive_rate": false / negatives.where(negatives > 0),
        "precision": number["graph.adjacency_precision"],
        "shd": shd,
    }
