"""The page of the headline's figures: every cell is computed from the rows."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import Any

import pandas as pd

from causattn.reproduction import Context, Findings, Row, interval

from .draw import as_set, draw

SCREENS = {
    "mean": "attention, mean",
    "max": "attention, maximum",
    "rollout": "rollout",
    "flow": "flow",
    "norm": "norm-weighted",
    "gradient": "gradient-weighted",
    "mutual_information": "mutual information",
    "untrained": "untrained model",
    "permuted": "permuted documents",
}
FEW = ("mean", "rollout", "norm", "mutual_information")
PAIR = "AUC / average precision"
LOSS = "; held-out loss of the model and of frequencies alone, in nats a hidden word"
GROWN = {"documents": "Documents", "steps": "Training steps", "width": "Width of the model"}
TITLES = {
    "skeleton": "Ranking the true adjacencies",
    "moral": "Ranking the pairs that share a Markov blanket",
}
USES = {
    "restrict": (
        "Restriction to the strongest pairs (2.5 for each variable)",
        "PC (G-square, .01) and GES (BDeu) on rows that the model has not seen. Tests are "
        "independence tests or local scores, seconds those of the search; the machine was shared.",
    ),
    "weigh": (
        "Weighing by attention, pretrained",
        "As above, all pairs weighed by rank. The model saw 20,000 other documents.",
    ),
    "weigh fairly": (
        "Weighing by attention, fair",
        "The model saw the rows' own documents and nothing else.",
    ),
}


def page(rows: list[Row], context: Context) -> Findings:
    """Return tables of all that was measured, and the picture."""
    frame = pd.DataFrame(rows)
    found = Findings()
    screens = frame[frame["kind"] == "screen"]
    skeleton = screens[screens["target"] == "skeleton"]
    for target, title in TITLES.items():
        part = screens[screens["target"] == target]
        put(found, title, ranking(as_set(part, context.settings)), f"{PAIR} over all pairs.")
    two = as_set(skeleton, context.settings, "order", "style")
    two = two[two["network"].isin(context.settings.varied)]
    put(found, "Single words and sentences", varied(two, ["style", "order"]), f"{PAIR}, skeleton.")
    for key, title in GROWN.items():
        grown = as_set(skeleton, context.settings, key)
        several = grown.groupby("network")[key].transform("nunique") > 1
        put(found, title, varied(grown[several], [key]), f"{PAIR}, skeleton{LOSS}.")
    for kind, (title, note) in USES.items():
        put(found, title, searches(frame[frame["kind"] == kind]), note)
    if "left_out" in frame:
        for row in frame[frame["left_out"].notna()].to_dict("records"):
            about = f"{row['kind']}, {row['network']}, {row['rows']} rows, seed {row['seed']}"
            found.remarks.append(f"Not measured: {about}: {row['left_out']}.")
    found.remarks.insert(0, "Cells are means over seeds ± half of their 95% interval by seeds.")
    path = context.folder / "headline.png"
    draw(skeleton, context.settings, path, SCREENS)
    found.pictures["Ranking the true adjacencies, and how that grows"] = path
    return found


def put(found: Findings, title: str, table: pd.DataFrame, note: str) -> None:
    """Add a table that has rows, with its note."""
    if len(table):
        found.tables[title], found.notes[title] = table, note


def ranking(frame: pd.DataFrame) -> pd.DataFrame:
    """Return every screen on every network."""
    columns: dict[str, Any] = {"screen": list(SCREENS.values())}
    for network, part in frame.groupby("network", sort=False):
        columns[f"{network} ({seeds(part)})"] = [pair(part, screen) for screen in SCREENS]
    return pd.DataFrame(columns)


def varied(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return some screens by network and the settings that vary."""
    return pd.DataFrame(
        [
            {
                **dict(zip(["network", *keys], at, strict=True)),
                "seeds": seeds(part),
                **{SCREENS[screen]: pair(part, screen) for screen in FEW},
                "loss": f"{mean(part['loss_held_out']):.3f} / {mean(part['loss_marginal']):.3f}",
            }
            for at, part in frame.groupby(["network", *keys])
        ]
    )


def searches(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what each search finds with each screen."""
    keys = ["network", "rows", "algorithm", "screen"]
    return pd.DataFrame(
        [
            {
                **dict(zip(keys, at, strict=True)),
                "seeds": seeds(part),
                "tests": f"{mean(part['tests']):.0f}",
                "seconds": f"{mean(part['seconds']):.3g}",
                "F1": interval(part["f1"]),
                "SHD": interval(part["shd"], 1),
            }
            for at, part in frame[frame["screen"].notna()].groupby(keys, sort=False)
        ]
    )


def pair(frame: pd.DataFrame, screen: str) -> str:
    """Return both figures of a screen."""
    part = frame[frame["screen"] == screen]
    return f"{interval(part['auc'])} / {interval(part['average_precision'])}" if len(part) else "-"


def seeds(frame: pd.DataFrame) -> str:
    """Return how many seeds stand behind a cell."""
    count = frame["seed"].nunique()
    return f"{count} seed{'s' if count > 1 else ''}"
