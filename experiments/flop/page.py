"""How near to the true class each search comes, and how fast."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd

from causattn.reproduction import Context, Findings


def table_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return means with standard errors, one row an algorithm."""
    table = pd.DataFrame(rows)
    by = table.groupby("algorithm", sort=False)
    return pd.DataFrame(
        {
            "mean SHD": by["SHD"].mean(),
            "standard error": by["SHD"].sem(),
            "mean ancestor AID": by["ancestor AID"].mean(),
            "exact": by["exact"].mean(),
            "median processor seconds": by["processor seconds"].median(),
        }
    ).reset_index()


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Show how often and how fast each finds the true class."""
    shown = table_of(rows)
    by = shown.set_index("algorithm")
    findings = Findings(tables={"CPDAGs against the true one, mean over graphs": shown})
    ours = {
        "share of graphs that ILS finds exactly, 20 restarts": by.at["ILS, 20 restarts", "exact"],
        "share of graphs that ILS finds exactly, no restart": by.at["ILS, no restart", "exact"],
        "processor seconds of ILS a graph, 20 restarts": by.at[
            "ILS, 20 restarts", "median processor seconds"
        ],
    }
    findings.figures = [context.figure(name, float(value)) for name, value in ours.items()]
    findings.pictures["SHD against processor time, mean over graphs"] = draw(shown, context)
    return findings


def draw(shown: pd.DataFrame, context: Context) -> Path:
    """Draw distance against time, and return the picture's path."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(6, 3.5), layout="constrained")
    families = shown["algorithm"].str.split(",").str[0]
    for family, part in shown.groupby(families, sort=False):
        seconds, distance = part["median processor seconds"], part["mean SHD"]
        axis.errorbar(seconds, distance, part["standard error"], fmt="o-", label=family)
        for x, y, name in zip(seconds, distance, part["algorithm"], strict=True):
            number = name.removeprefix(family).strip(", ").split(" ")[0].replace("no", "0")
            axis.annotate(number, (x, y), xytext=(6, 5), textcoords="offset points", fontsize=8)
    axis.legend(frameon=False, title="(starts or restarts)", title_fontsize=8)
    axis.set_xscale("log")
    axis.set_yscale("symlog", linthresh=1)
    axis.set_xlabel("processor seconds a graph")
    axis.set_ylabel("SHD between CPDAGs")
    axis.spines[["top", "right"]].set_visible(False)
    path = context.folder / "shd.png"
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return path
