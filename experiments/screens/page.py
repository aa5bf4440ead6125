"""The page of the screens: every cell is computed from the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from causattn.reproduction import Context, Findings, Row, interval

SCORES = {
    "mean": "attention, mean",
    "rollout": "attention, rollout",
    "norm": "attention, norm-weighted",
    "mutual_information": "mutual information",
    "lasso": "nodewise lasso",
    "trees": "boosted trees",
    "cmi": "CMI given one",
    "cmi given two": "CMI given two",
    "max_p": "PC's largest p-value",
}
TITLES = {
    "skeleton": "Ranking the true adjacencies",
    "moral": "Ranking the pairs that share a Markov blanket",
}
RIVALS = tuple(SCORES)[3:]


def page(rows: list[Row], context: Context) -> Findings:
    """Return the tables."""
    frame = pd.DataFrame(rows)
    found = Findings()
    for target, title in TITLES.items():
        part = frame[frame["target"] == target]
        found.tables[title] = ranking(part)
        found.notes[title] = "AUC / average precision over all pairs, and over how many seeds."
    skeleton = frame[frame["target"] == "skeleton"]
    title = "Attention less each rival"
    found.tables[title] = differences(skeleton)
    found.notes[title] = (
        "AUC of mean attention less the rival's on the same documents, seed by seed; below 0 "
        "attention loses."
    )
    title = "What the models learned, and what it all cost"
    found.tables[title] = costs(skeleton)
    found.notes[title] = (
        "Reached: the share of what a nodewise regression learns of a hidden mention. Seconds are "
        "of one core of a shared machine, attention's with the training."
    )
    found.remarks.append(
        "Cells are means over seeds ± half of their 95% interval by Student's t; a cell of one "
        "seed has none."
    )
    return found


def ranking(frame: pd.DataFrame) -> pd.DataFrame:
    """Return every score on every network."""
    lines: list[dict[str, Any]] = []
    for network, part in frame.groupby("network", sort=False):
        line: dict[str, Any] = {"network": network}
        for score, words in SCORES.items():
            own = part[part["score"] == score]
            line[words] = (
                f"{interval(own['auc'])} / {interval(own['average_precision'])} ({len(own)})"
                if len(own)
                else "not measured"
            )
        lines.append(line)
    return pd.DataFrame(lines).set_index("network").T.rename_axis("screen").reset_index()


def differences(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what attention gains over each rival, seed by seed."""
    lines = []
    for network, part in frame.groupby("network", sort=False):
        by_seed = part.pivot_table(index="seed", columns="score", values="auc")
        if "mean" not in by_seed:
            continue
        line: dict[str, Any] = {"network": network, "seeds": int(by_seed["mean"].notna().sum())}
        for rival in RIVALS:
            if rival in by_seed:
                line[SCORES[rival]] = interval((by_seed["mean"] - by_seed[rival]).dropna())
        lines.append(line)
    return pd.DataFrame(lines)


def costs(frame: pd.DataFrame) -> pd.DataFrame:
    """Return steps, the share reached and seconds."""
    lines = []
    for network, part in frame.groupby("network", sort=False):
        own = part[part["score"] == "mean"]
        line: dict[str, Any] = {"network": network}
        if len(own):
            line["steps"] = f"{own['steps_done'].mean():.0f} of {own['steps'].iloc[0]:.0f}"
            line["reached"] = interval(own["reached"])
            line["attention, s"] = f"{own['cpu_seconds'].median():.0f}"
        for rival in RIVALS:
            seconds = part[part["score"] == rival]["cpu_seconds"]
            line[f"{SCORES[rival]}, s"] = f"{np.median(seconds):.1f}" if len(seconds) else "-"
        lines.append(line)
    return pd.DataFrame(lines).fillna("-")
