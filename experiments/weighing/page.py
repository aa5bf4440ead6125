"""The page of the weighing experiment: every figure in it is computed from the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from causattn.reproduction import Context, Findings, Row, extent

from .measure import ALONE, NO_EVIDENCE, PRETRAINED, STRENGTHS, USES

SKELETON = ("f1", "precision", "recall")


def page(rows: list[Row], context: Context) -> Findings:
    """Return the tables."""
    found = Findings()
    frame = pd.DataFrame(rows)
    split = frame["contender"].str.contains("|".join(STRENGTHS))
    for count, part in frame[~split].groupby("rows"):
        groups = part.groupby(["evidence", "contender"], sort=False)
        found.tables[f"{count} rows"] = pd.DataFrame(
            [
                {
                    "evidence": evidence,
                    "contender": contender,
                    **{key: extent(group[key]) for key in SKELETON},
                    "SHD": extent(group["shd"], 1),
                    "tests": extent(group["tests"], 0),
                    "seconds": extent(group["seconds"], 4),
                }
                for (evidence, contender), group in groups
            ]
        )
    title = "What weighing and restricting gain"
    found.notes[title] = (
        "The same rows with and without, seed by seed and model by model: the F1 against the plain "
        "algorithm and against each threshold on the evidence alone, the SHD against the plain "
        "algorithm (below 0 is better)."
    )
    labels = frame["contender"].drop_duplicates()
    alone = [label for label in labels if label.startswith(ALONE)]
    found.tables[title] = pd.DataFrame(gains(frame[~split], alone))
    title = f"How sure the evidence is taken to be ({PRETRAINED})"
    found.tables[title] = pd.DataFrame(
        [
            {"rows": count, "contender": label, "F1": extent(g["f1"]), "SHD": extent(g["shd"], 1)}
            for (count, label), g in frame[split].groupby(["rows", "contender"], sort=False)
        ]
    )
    found.remarks.append(
        "Mean over models and rows [smallest, largest]. F1, precision and recall are of the "
        "skeleton; SHD is between CPDAGs, each differing pair counting once (the threshold alone "
        "directs nothing). Tests are independence tests for PC, local scores for GES and BOSS."
    )
    return found


def gains(frame: pd.DataFrame, alone: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield what each use of the evidence gains on each number of rows."""
    frame = frame.sort_values("rows", kind="stable")
    by_line = frame.set_index(["evidence", "rows", "contender", "seed", "model"]).sort_index()
    helped = frame[frame["contender"].str.endswith(tuple(f", {name}" for name in USES))]
    for (rows, evidence, contender), group in helped.groupby(
        ["rows", "evidence", "contender"], sort=False
    ):
        family = contender.rpartition(", ")[0]
        group = group.set_index(["seed", "model"])
        plain = by_line.loc[(NO_EVIDENCE, rows, f"{family}, plain")].droplevel("model")
        before = plain.loc[group.index.get_level_values("seed")].set_index(group.index)
        rivals = {label: by_line.loc[(evidence, rows, label), "f1"] for label in alone}
        yield {
            "rows": rows,
            "evidence": evidence,
            "contender": contender,
            "F1 - plain": extent(group["f1"] - before["f1"]),
            **{
                f"F1 - {label}": extent(group["f1"] - rival.loc[group.index])
                for label, rival in rivals.items()
            },
            "SHD - plain": extent(group["shd"] - before["shd"], 1),
        }
