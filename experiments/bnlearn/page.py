"""The table of PC, GES and BOSS on the bnlearn networks, with and without attention.

Scutari (2010), "Learning Bayesian networks with the bnlearn R package", Journal of Statistical
Software 35(3), and the repository of networks that goes with it: its numbers of nodes and arcs are
the published figures. The table itself is this project's own: distances between CPDAGs, each
differing pair once; parent AID of Henckel, Wuerthen and Weichwald (2024), gadjid.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from causattn.reproduction import Context, Figure, Findings, exactly

from .measure import ALGORITHMS, ALL, ATTENTION, FIGURES, INFORMATION, SEARCHES, SIZES

NETWORKS = {
    "asia": (8, 8),
    "cancer": (5, 4),
    "earthquake": (5, 4),
    "survey": (6, 6),
    "sachs": (11, 17),
    "child": (20, 25),
    "insurance": (27, 52),
    "alarm": (37, 46),
    "water": (32, 66),
    "hailfinder": (56, 66),
    "hepar2": (70, 123),
    "win95pts": (76, 112),
}
"""Nodes and arcs by the repository."""
_SHOWN = (*FIGURES, "tests", "seconds")


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Hold the networks' sizes against the repository's, and compare searches."""
    settings, findings = context.settings, Findings()
    findings.figures = [
        exactly(
            f"{row['network']}: nodes and arcs",
            "{} and {}".format(*NETWORKS[row["network"]]),
            f"{row['nodes']} and {row['arcs']}",
        )
        for row in rows
        if row["part"] == SIZES
    ]
    measured = pd.DataFrame([row for row in rows if row["part"] == SEARCHES])
    left_out = measured["left out"].notna() if "left out" in measured else measured["rows"] < 0
    found = measured[~left_out]
    findings.figures += _figures(found)
    keys = ["network", "rows", "algorithm", "pairs"]
    findings.tables["Mean over seeds, by network, rows, algorithm and pairs"] = (
        found.groupby(keys, sort=False)[list(_SHOWN)].mean().reset_index()
    )
    quality = [
        name for name in found if "auc" in name or "precision_at" in name or "average" in name
    ]
    findings.tables["How well each screen ranks the true pairs, mean over seeds"] = (
        found.groupby("network", sort=False)[quality].mean().reset_index()
    )
    findings.remarks = [
        f"Seeds {context.seed} to {context.seed + settings.seeds - 1}; the model saw "
        f"{settings.documents:,} documents of the network and none of the rows. PC tests with "
        "G-square at .01, GES and BOSS score with BDeu (equivalent sample size 1, structure prior "
        "1); tests are independence tests or local scores, seconds the search alone, the "
        "faster of two.",
        "GRaSP, hill climbing, MMHC, FCI and ICD take no candidates or are slow: they are in the "
        "sweep over the same networks, without attention.",
    ]
    if left_out.any():
        gone = measured[left_out]
        cells = [f"{row.network}, {row.rows} rows, seed {row.seed}" for row in gone.itertuples()]
        findings.remarks.append(
            f"Left out, as a variable has one value in all rows: {'; '.join(cells)}."
        )
    return findings


def _figures(found: pd.DataFrame) -> list[Figure]:
    """Return what candidates save and cost, over all networks, sizes and seeds."""
    keys = ["network", "rows", "seed"]
    figures = []
    for algorithm in ALGORITHMS:
        own = found[found["algorithm"] == algorithm]
        by = {pairs: part.set_index(keys).sort_index() for pairs, part in own.groupby("pairs")}
        every, attention, information = by[ALL], by[ATTENTION], by[INFORMATION]
        share = (attention["tests"] / every["tests"]).astype(float)
        figures += [
            Figure(
                f"{algorithm}: tests by attention as a share of those over all pairs, mean",
                None,
                float(share.mean()),
                (None, 1.0),
                "retrain",
                f"largest {share.max():.2f}",
            ),
            _difference(
                f"{algorithm}: SHD by attention less SHD over all pairs, mean",
                attention["shd"] - every["shd"],
            ),
            _difference(
                f"{algorithm}: SHD by attention less SHD by mutual information, mean",
                attention["shd"] - information["shd"],
            ),
        ]
    return figures


def _difference(name: str, differences: pd.Series) -> Figure:
    """Return a mean paired difference, and how often it is below, at and above 0."""
    apart = differences.to_numpy(float)
    note = (
        f"smaller in {int((apart < 0).sum())}, equal in {int((apart == 0).sum())}, larger in "
        f"{int((apart > 0).sum())} of {len(apart)}"
    )
    return Figure(name, None, float(np.mean(apart)), None, "retrain", note)
