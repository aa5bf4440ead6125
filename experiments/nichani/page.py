"""Figure 9 beside ours, and what the framework makes of the same task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd

from causattn.reproduction import Context, Figure, Findings

from .task import PARENTLESS

_ABOVE_HALF = 176
_ON_PARENT = "attention on the parent, mean over graphs"
_FULL_STEPS = 2**14


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Hold attention on parents against figure 9, and show discovery guided by it."""
    settings = context.settings
    theirs = [np.array(row["published on parents"]) for row in rows]
    ours = [np.array(row["on parents"]) for row in rows]
    edges = sum(map(len, ours))
    hits = sum(row["hits"] for row in rows)
    means = np.array([values.mean() for values in ours])
    their_means = np.array([values.mean() for values in theirs])
    full = settings.steps >= _FULL_STEPS
    findings = Findings()
    findings.figures = [
        Figure(
            f"edges whose parent has most attention, of {edges}",
            None,
            hits,
            (np.ceil(180 / 182 * edges), None),
            "retrain",
        ),
        Figure(
            "edges with attention above one half",
            _ABOVE_HALF if len(rows) == 20 else None,
            int(sum((values > 0.5).sum() for values in ours)),
            None,
            "retrain",
            "" if full else "attention sharpens with steps",
        ),
    ]
    mean = float(means.mean())
    difference = float(np.abs(means - their_means).mean())
    if full and len(rows) == 20:
        findings.figures += [
            context.figure(_ON_PARENT, mean),
            context.figure("its standard deviation over graphs", float(means.std(ddof=0))),
            context.figure("difference by graph, mean of absolute values", difference),
        ]
    else:
        findings.figures.append(
            Figure(
                _ON_PARENT,
                context.protocol.figures[_ON_PARENT].published if len(rows) == 20 else None,
                mean,
                None,
                "retrain",
                f"after {settings.steps:,} steps of the paper's {_FULL_STEPS:,}",
            )
        )
    guided = pd.DataFrame([each for row in rows for each in row["discovery"]])
    title = f"Discovery on {settings.sequences:,} fresh sequences, mean over {len(rows)} forests"
    findings.tables[title] = (
        guided.groupby(["sequences", "algorithm", "pairs"], sort=False).mean().reset_index()
    )
    findings.tables["By graph"] = pd.DataFrame(
        {
            "graph": [row["graph"] for row in rows],
            "edges": list(map(len, ours)),
            "published mean": their_means,
            "mean": means,
            "hits": [row["hits"] for row in rows],
            "loss": [row["loss"] for row in rows],
        }
    )
    findings.pictures[
        "Attention by position after training (dark is 1); rings: the true parents"
    ] = draw_attention(rows[:4], context.folder / "attention.png")
    findings.remarks.append(
        "Where each sequence has its own matrix, the matrix is a hidden common cause of all "
        "positions: GES on the pooled sequences finds many edges that are in no forest, and PC "
        "would test for hours to say the same."
    )
    return findings


def draw_attention(rows: list[dict[str, Any]], path: Path) -> Path:
    """Draw attention by position, true parents ringed, and return the picture's path."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        1, len(rows), figsize=(3 * len(rows), 3.2), squeeze=False, layout="constrained"
    )
    for axis, row in zip(axes[0], rows, strict=True):
        parents, attention = np.array(row["parents"]), np.array(row["attention"])
        axis.imshow(attention, cmap="Greys", vmin=0, vmax=1)
        children = np.flatnonzero(parents != PARENTLESS)
        axis.scatter(parents[children], children, s=34, facecolors="none", edgecolors="#c2410c")
        axis.set_title(f"forest {row['graph']}", loc="left", fontsize=9)
        axis.set_xlabel("position read", fontsize=8)
        axis.tick_params(labelsize=7)
        axis.set_xticks(range(0, len(attention), 5))
        axis.set_yticks(range(0, len(attention), 5))
    axes[0, 0].set_ylabel("position that reads", fontsize=8)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    return path
