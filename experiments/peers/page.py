"""One table a family and size: how near to the truth, and how fast, cold and warm."""

from __future__ import annotations

from typing import Any

import pandas as pd

from causattn.reproduction import Context, Findings


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Show the contestants, nearest to the truth first."""
    findings = Findings()
    ahead = []
    for (family, nodes, edges), part in pd.DataFrame(rows).groupby(
        ["family", "nodes", "edges"], sort=False
    ):
        by = part.groupby("contestant")
        shown = pd.DataFrame(
            {
                "mean SHD": by["SHD"].mean(),
                "cold, seconds": by["cold seconds"].median(),
                "warm, seconds": by["warm seconds"].median(),
                "ended": by["ended"].agg(lambda said: ", ".join(sorted(set(said) - {""}))),
            }
        ).sort_values(["mean SHD", "warm, seconds"])
        findings.tables[f"{family}, {nodes} nodes, {edges} edges"] = shown.reset_index()
        ahead += [f"{family}, {nodes} nodes: {name}" for name in both_better(shown)]
    findings.remarks = [
        "Ahead of each of causattn's in time and in accuracy: " + "; ".join(ahead) + "."
        if ahead
        else "No other package is ahead of each of causattn's searches in time and in accuracy."
    ]
    return findings


def both_better(shown: pd.DataFrame) -> list[str]:
    """Return the others that no contestant of causattn's equals in time or in accuracy.

    One that is as near to the truth and as fast, or nearer, or faster, is enough.
    """
    is_ours = shown.index.str.startswith("causattn ")
    ours, theirs = shown[is_ours], shown[~is_ours].dropna(subset=["mean SHD"])
    return [
        name
        for name, row in theirs.iterrows()
        if (
            (ours["mean SHD"] > row["mean SHD"]) & (ours["warm, seconds"] > row["warm, seconds"])
        ).all()
    ]
