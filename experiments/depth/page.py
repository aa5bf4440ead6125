"""A table a world: screens by the layers of the model."""

from __future__ import annotations

import pandas as pd

from causattn.reproduction import Context, Findings, Row, interval

TITLES = {
    "attn_lrp": "AttnLRP",
    "gradient_input": "gradient times input",
    "deletion": "leave one out",
    "lasso": "nodewise lasso",
    "trees": "boosted trees",
    "cmi": "CMI given one",
}
KINDS = {"auc": "AUC", "f1": "F1 at the true number of edges"}


def page(rows: list[Row], context: Context) -> Findings:
    """Return AUC and F1 by depth, and what depth costs attention."""
    frame = pd.DataFrame(rows)
    found = Findings()
    for world, part in frame.groupby("world", sort=False):
        for key, words in KINDS.items():
            found.tables[f"{world}: {words}"] = table_of(part, key)
    title = "What the models learned"
    own = frame[frame["screen"] == "attention"]
    found.tables[title] = pd.DataFrame(
        [
            {
                "world": world,
                "layers": layers,
                "perplexity": interval(part["perplexity_held_out"].dropna()),
                "reached": interval(part["reached"].dropna()),
            }
            for (world, layers), part in own.groupby(["world", "layers"], sort=False)
        ]
    )
    found.notes[title] = (
        "Perplexity of a held-out token; reached: the share of what a nodewise regression learns."
    )
    found.remarks.append(
        "Means over seeds ± half of their 95% interval by Student's t. Mutual information, lasso, "
        "trees and CMI read no model: they differ between depths by nothing but the seeds there."
    )
    auc = frame[frame["world"] == "lagged"].pivot_table(
        index="layers", columns="screen", values="auc"
    )
    if len(auc) > 1:
        first, last = auc.iloc[0], auc.iloc[-1]
        found.figures += [
            context.figure(
                "lagged, AUC of attention, fewest layers less most",
                float(first["attention"] - last["attention"]),
            ),
        ]
        if "attn_lrp" in last:
            less = float(last["attn_lrp"] - last["attention"])
            name = "lagged, AUC of AttnLRP less attention, most layers"
            found.figures.append(context.figure(name, less))
    return found


def table_of(part: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return a row a screen, a column a depth."""
    lines = []
    for screen, own in part.groupby("screen", sort=False):
        line = {"screen": TITLES.get(str(screen), screen), "seeds": own["seed"].nunique()}
        for layers, some in own.groupby("layers"):
            line[f"{layers} layer{'s' * (int(str(layers)) > 1)}"] = interval(some[key])
        lines.append(line)
    return pd.DataFrame(lines)
