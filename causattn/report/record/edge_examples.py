"""Examples for each edge: typical documents, and those on which its estimate hangs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import DataError
from causattn.exemplars import Deciding, deciding_documents
from causattn.features import FeatureTable
from causattn.results import Run


def edge_examples(
    run: Run, table: FeatureTable, vectors: np.ndarray | None, most: int
) -> list[dict[str, Any]]:
    """Return the examples of every row of the evidence, JSON-like; documents are rows.

    Parameters
    ----------
    run
        The run, its evidence written.
    table
        Documents by features.
    vectors
        float64 [n, width], the model's representation of the first n rows; None without a model.
    most
        Most documents of a kind.

    Returns
    -------
    list of dict
        ``source`` and ``target``, indices; ``typical``: the source's value, the target's (None of a
        number), a row and among how many it is the most typical; ``deciding``: rows with their
        influence and how many other documents are alike, what the estimate is on, and without how
        few documents it has the other sign; or why there is no estimate.
    """
    index = {name: k for k, name in enumerate(table.names)}
    found = []
    for row in run.evidence.to_dict("records"):
        source, target = index.get(row["source"]), index.get(row["target"])
        if source is None or target is None:
            continue
        entry: dict[str, Any] = {"source": source, "target": target}
        entry["typical"] = [] if vectors is None else _typical(table, vectors, source, target)
        entry |= _deciding(table, row, most)
        found.append(entry)
    return found


def rows_by_value(table: FeatureTable, feature: int, count: int) -> list[tuple[str, np.ndarray]]:
    """Return a feature's values that occur, and int64 which of the first `count` rows have each.

    Of a number these are its lower and its upper half.
    """
    column, categories = table.values[:count, feature], table.categories[feature]
    if categories is None:
        high = column > np.median(column)
        groups = [("low", np.flatnonzero(~high)), ("high", np.flatnonzero(high))]
    else:
        groups = [
            (str(name), np.flatnonzero(column == code)) for code, name in enumerate(categories)
        ]
    return [(name, rows) for name, rows in groups if len(rows)]


def _typical(table: FeatureTable, vectors: np.ndarray, source: int, target: int) -> list[list[Any]]:
    """Return, for each value of the source, the document that stands best for its commonest case.

    The commonest case of a value is that in which the target has the value it mostly has then.
    """
    values = table.values[: len(vectors)]
    found = []
    for name, rows in rows_by_value(table, source, len(vectors)):
        then, labels = None, table.categories[target]
        if labels is not None:
            codes = values[rows, target].astype(np.int64)
            commonest = int(np.bincount(codes).argmax())
            then, rows = str(labels[commonest]), rows[codes == commonest]
        from causattn.exemplars import typical_documents

        typical = typical_documents(vectors[rows], 1)
        found.append([name, then, int(rows[typical.documents[0]]), len(rows)])
    return found


def _deciding(table: FeatureTable, row: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Return the documents that decide one row's estimate, or why there are none."""
    estimate = row.get("data_estimate")
    if estimate is None or estimate != estimate:
        return {"deciding": None, "reason": "The evidence holds no effect in the data on it."}
    given = row.get("data_adjustment")
    adjustment = tuple(str(name) for name in (given if given is not None else ()))
    levels = None
    if isinstance(row.get("data_from"), str) and isinstance(row.get("data_to"), str):
        levels = (row["data_from"], row["data_to"])
    outcome = row.get("data_outcome")
    found: Deciding | str
    try:
        found = deciding_documents(
            table,
            row["source"],
            row["target"],
            adjustment,
            levels=levels if levels and all(levels) else None,
            outcome=outcome if isinstance(outcome, str) else None,
        )
    except DataError as error:
        found = str(error)
    if isinstance(found, str):
        return {"deciding": None, "reason": found}
    used = [table.names.index(n) for n in (row["source"], row["target"], *adjustment)]
    return {"reason": None, "deciding": _listed(found, table, used, most)}


def _listed(found: Deciding, table: FeatureTable, used: list[int], most: int) -> dict[str, Any]:
    """Return an effect's strongest documents, one of those that are alike, JSON-like."""
    values = table.values[:, used]
    # Documents alike in all columns have one influence, and one of them is shown.
    _, kind, counts = np.unique(values, axis=0, return_inverse=True, return_counts=True)
    kind = kind.reshape(-1)
    strength = np.nan_to_num(np.abs(found.influence), nan=np.inf)
    _, first = np.unique(kind, return_index=True)
    order = first[np.argsort(-strength[first], kind="stable")][:most]
    rows = [
        [int(k), None if np.isnan(found.influence[k]) else float(f"{found.influence[k]:.6g}"),
         int(counts[kind[k]]) - 1]
        for k in order.tolist()
        if strength[k] > 0
    ]  # fmt: skip
    return {
        "rows": rows,
        "estimate": float(found.estimate),
        "outcome": found.outcome,
        "levels": list(found.levels),
        "documents": len(values),
        "turning": len(found.turning),
        "turned": None if pd.isna(found.turned) else float(found.turned),
    }
