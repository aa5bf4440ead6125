"""The calibration tables, written from the rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from causattn.effects import DOCUMENT_VERDICTS
from causattn.reproduction import Context, Findings, Row, extent

QUALITY = {"bias": "bias", "rmse": "root mean square error"}
REFUTERS = (
    "p-values over data sets: where the model is right (Kolmogorov and Smirnov's p, and the share "
    "at or below .05), and where it is planted wrong (the share at or below .05)."
)
PEOPLE = (
    "Effect of an aspect on the rating, Negative to Positive, against people's edits (test): "
    "median [smallest, largest] over seeds. Coverage: human effects inside the 95% interval."
)
EDGES = (
    "AUC for the four aspects' edges to the rating among all ten pairs (an edit of one aspect "
    "changes the rating and no other aspect); pairs of which a kind says nothing count lowest."
)


def page(rows: list[Row], context: Context) -> Findings:
    """Return the tables of every part that was measured."""
    found = Findings()
    parts = {
        part: [row for row in rows if row["part"] == part]
        for part in ("refuters", "planted", "people", "icace")
    }
    if own := parts["refuters"]:
        put(found, "Refuters: level and power", map(refuter, own), REFUTERS)
    for network in dict.fromkeys(row["network"] for row in parts["planted"]):
        planted(found, network, [row for row in parts["planted"] if row["network"] == network])
    if own := parts["people"]:
        put(found, "People: CEBaB's human counterfactuals", effects(own, "effects"), PEOPLE)
        put(found, "People: edges to the rating", aucs(own, {"AUC": "auc"}), EDGES)
    if own := parts["icace"]:
        note = (
            f"{own[0]['pairs']} pairs of reviews that differ by a person's edit (test), MiniLM "
            "classifier; mean distance of the output's change under the edit from what a method "
            "says it is. Median [smallest, largest] over seeds."
        )
        put(found, "ICaCE error on CEBaB", icace(own), note)
    return found


def put(found: Findings, title: str, lines: Iterable[dict[str, Any]], note: str) -> None:
    """Add a table with its note."""
    found.tables[title], found.notes[title] = pd.DataFrame(lines), note


def planted(found: Findings, network: str, runs: list[Row]) -> None:
    """Add the tables of one planted network."""
    seeds = ", ".join(str(run["seed"]) for run in runs)
    used = ", ".join(str(run["used"]) for run in runs)
    columns = {"AUC for true edges": "auc_truth", "AUC for direction": "auc_direction"}
    columns |= {"AUC for what the model uses": "auc_model"}
    known = {title: key for title, key in columns.items() if key in runs[0] and runs[0][key]}
    turned = runs[0].get("reversed") or 0
    put(
        found,
        f"Planted graph: {network}",
        aucs(runs, known),
        f"{runs[0]['claimed']} claims, {runs[0]['true']} of them true and {turned} true ones "
        f"reversed; seeds {seeds}; median [smallest, largest]. True edges are held against the "
        "false ones along the causal order, direction against the reversed ones. The model uses "
        f"the source where its distribution moves by more than .02 ({used} claims).",
    )
    said = {word: None for run in runs for word, counts in run["verdicts"].items() if counts}
    verdicts = []
    for verdict in [*DOCUMENT_VERDICTS, *said]:
        if verdict not in said or any(verdict == line["verdict"] for line in verdicts):
            continue
        counts = [run["verdicts"].get(verdict) or [0, 0] for run in runs]
        claims, true = (spread([one[k] for one in counts], 0) for k in (-1, 0))
        line = {"verdict": verdict, "claims": claims, "of these true": true}
        if turned:
            reversed_ = [one[1] if len(one) > 2 else 0 for one in counts]
            line["of these reversed"] = spread(reversed_, 0)
        verdicts.append(line)
    put(found, f"Verdicts: {network}", verdicts, "Of all claims.")
    for key, title in (("effects_truth", "network"), ("effects_model", "model")):
        against = f"Effects against the {title} under intervention: {network}"
        put(found, against, effects(runs, key), "Coverage: of the 95% intervals.")


def refuter(row: Row) -> dict[str, Any]:
    """Return a refuter's line."""
    return {
        "refuter": row["name"],
        "data sets": len(row["right"]),
        "uniform, p": f"{row['uniform_p']:.3f}",
        "share <= .05, right": f"{row['level']:.3f}",
        "share <= .05, wrong": f"{row['power']:.3f}",
    }


def aucs(runs: list[Row], columns: dict[str, str]) -> Iterable[dict[str, Any]]:
    """Yield a line a kind of evidence."""
    first = next(iter(columns.values()))
    for name in runs[0][first]:
        yield {
            "evidence": name,
            **{
                title: spread(run[key][name]["auc"] for run in runs)
                for title, key in columns.items()
            },
            "spoke of": spread((run[first][name]["spoke"] for run in runs), 0),
        }


def effects(runs: list[Row], key: str) -> Iterable[dict[str, Any]]:
    """Yield a line an estimate: error and coverage."""
    for name in runs[0][key]:
        parts = [run[key][name] for run in runs]
        more = {"correlation": "correlation"} if key != "effects" else {}
        yield {
            "effect": name,
            "effects": spread((one["effects"] for one in parts), 0),
            **{
                title: spread(one.get(measure) for one in parts)
                for measure, title in {**QUALITY, **more, "coverage": "coverage of 95%"}.items()
            },
        }


def icace(runs: list[Row]) -> Iterable[dict[str, Any]]:
    """Yield a line a method."""
    columns = {"L2": "l2", "cosine": "cosine", "norm difference": "norm_difference"}
    for name in runs[0]["errors"]:
        cells = {
            title: spread(run["errors"][name][key] for run in runs)
            for title, key in columns.items()
        }
        yield {"method": name, **cells}


def spread(values: Iterable[float | None], digits: int = 3) -> str:
    """Return the median with the smallest and largest."""
    return extent(values, digits, median=True)
