"""The map: where attention wins, ties and loses."""

from __future__ import annotations

from typing import Any

import pandas as pd

from causattn.reproduction import Context, Findings, Row, half_width, interval

SCREENS = {
    "attention": "attention",
    "mutual_information": "mutual information",
    "lasso": "nodewise lasso",
    "trees": "boosted trees",
    "cmi": "CMI given one",
    "cmi given two": "CMI given two",
    "max_p": "PC's largest p-value",
}


def page(rows: list[Row], context: Context) -> Findings:
    """Return the map and the numbers behind it."""
    frame = pd.DataFrame(rows)
    found = Findings()
    places = frame.groupby(["world", "documents"], sort=False)
    title = "The map"
    found.tables[title] = pd.DataFrame(
        [verdict(part, world, documents) for (world, documents), part in places]
    )
    found.notes[title] = (
        "AUC of attention less the rival's, seed by seed; against: the rival with the best mean. "
        "Attention wins or loses where the 95% interval of the difference leaves 0 out."
    )
    title = "AUC of every screen"
    found.tables[title] = pd.DataFrame(
        [
            {
                "world": world,
                "documents": documents,
                "seeds": part["seed"].nunique(),
                **{
                    words: interval(part[part["screen"] == screen]["auc"])
                    for screen, words in SCREENS.items()
                },
                "reached": interval(part[part["screen"] == "attention"]["reached"]),
            }
            for (world, documents), part in places
        ]
    )
    found.notes[title] = (
        "Over all pairs, against the true skeleton. Reached: the model's share of what a nodewise "
        "regression learns, where that learns anything."
    )
    found.remarks.append("Means over seeds ± half of their 95% interval by Student's t.")
    return found


def verdict(part: pd.DataFrame, world: Any, documents: Any) -> dict[str, Any]:
    """Return whether attention wins against the best of its rivals."""
    by_seed = part.pivot_table(index="seed", columns="screen", values="auc")
    best = by_seed.drop(columns="attention").mean().idxmax()
    less = (by_seed["attention"] - by_seed[best]).dropna()
    half = half_width(less) if len(less) > 1 else float("inf")
    middle = float(less.mean())
    said = "level" if abs(middle) <= half else "wins" if middle > 0 else "loses"
    return {
        "world": world,
        "documents": documents,
        "seeds": len(less),
        "against": SCREENS[str(best)],
        "difference": interval(less),
        "attention": said if len(less) > 1 else "one seed says nothing",
    }
