"""The page of the weighing experiment: every figure in it is computed from the lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean
from typing import Any

import pandas as pd
from weighing_measure import ALONE, NO_EVIDENCE, PRETRAINED, STRENGTHS, USES, Line


def page(setting: Mapping[str, Any], lines: Sequence[Line]) -> str:
    """Return the tables as Markdown."""
    shown = [
        "# Attention as restriction and as evidence: figures",
        "",
        f"Written by `{setting['command']}`, commit {setting['commit']}. Seeds "
        f"{_words(setting['seeds'])} (models and pretrained documents), "
        f"{_words(setting['rows_seeds'])} (rows); every pretrained model meets all rows. "
        + ", ".join(f"{name} {version}" for name, version in setting["versions"].items())
        + ".",
        "",
        "Mean over models and rows [smallest, largest]. F1, precision and recall are of the "
        "skeleton; SHD is between CPDAGs, each differing pair counting once (the threshold alone "
        "directs nothing). Tests are independence tests for PC, local scores for GES and BOSS. "
        "Protocol and reading: `experiments/weighing/README.md`.",
    ]
    frame = pd.DataFrame(lines)
    split = frame["contender"].str.contains("|".join(STRENGTHS))
    main_lines, strengths = frame[~split], frame[split]
    for rows, part in main_lines.groupby("rows"):
        shown += ["", f"## {rows} rows", ""]
        shown += _table(
            ["evidence", "contender", "F1", "precision", "recall", "SHD", "tests", "seconds"],
            [
                [evidence, contender]
                + [_range(group[key], 3) for key in ("f1", "precision", "recall")]
                + [_range(group["shd"], 1), _range(group["tests"], 0), _range(group["seconds"], 4)]
                for (evidence, contender), group in part.groupby(
                    ["evidence", "contender"], sort=False
                )
            ],
        )
    shown += ["", "## What weighing and restricting gain", ""]
    shown += [
        "The same rows with and without, seed by seed and model by model: the F1 against the plain "
        "algorithm and against each threshold on the evidence alone, the SHD against the plain "
        "algorithm (below 0 is better).",
        "",
    ]
    alone = list(_thresholds(main_lines))
    shown += _table(
        ["rows", "evidence", "contender", "F1 - plain"]
        + [f"F1 - {label}" for label in alone]
        + ["SHD - plain"],
        list(_gains(main_lines.sort_values("rows", kind="stable"), alone)),
    )
    if len(strengths):
        shown += ["", f"## How sure the evidence is taken to be ({PRETRAINED})", ""]
        shown += _table(
            ["rows", "contender", "F1", "SHD"],
            [
                [str(rows), contender, _range(group["f1"], 3), _range(group["shd"], 1)]
                for (rows, contender), group in strengths.groupby(["rows", "contender"], sort=False)
            ],
        )
    return "\n".join(shown) + "\n"


def _thresholds(frame: pd.DataFrame) -> list[str]:
    """Return the contenders that are a threshold on the evidence and nothing else."""
    labels = frame["contender"].drop_duplicates()
    return [label for label in labels if label.startswith(ALONE)]


def _gains(frame: pd.DataFrame, alone: Sequence[str]) -> Iterator[list[str]]:
    """Yield a row for each algorithm with evidence: its differences, paired by seed."""
    frame = frame.assign(model=frame["model"].fillna(-1))
    by_line = frame.set_index(["evidence", "rows", "contender", "seed", "model"]).sort_index()
    helped = frame[frame["contender"].str.endswith(tuple(f", {name}" for name in USES))]
    for (rows, evidence, contender), group in helped.groupby(
        ["rows", "evidence", "contender"], sort=False
    ):
        family = contender.rpartition(", ")[0]
        group = group.set_index(["seed", "model"])
        plain = by_line.loc[(NO_EVIDENCE, rows, f"{family}, plain")].droplevel("model")
        before = plain.loc[group.index.get_level_values("seed")].set_index(group.index)
        rivals = [by_line.loc[(evidence, rows, label), "f1"].loc[group.index] for label in alone]
        yield [
            str(rows),
            evidence,
            contender,
            _range(group["f1"] - before["f1"], 3),
            *(_range(group["f1"] - rival, 3) for rival in rivals),
            _range(group["shd"] - before["shd"], 1),
        ]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _range(values: pd.Series, digits: int) -> str:
    """Return the mean with the smallest and the largest; - where a figure is not defined."""
    if values.isna().any():
        return "-"
    low, high = values.min(), values.max()
    return f"{mean(values):.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def _words(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))
