"""The tables of the coverage experiment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from causattn.reproduction import Context, Findings
from causattn.reproduction import Row as Recorded

RARE = 0.03


def page(rows: list[Recorded], context: Context) -> Findings:
    """Return coverage by network, by kind of edge and by case."""
    networks = pd.DataFrame([row for row in rows if row.get("network")])
    cases = pd.DataFrame([row for row in rows if row.get("case")])
    findings = Findings()
    if len(networks):
        findings.tables |= network_tables(networks)
        kept = networks[networks["holds"].notna()]
        for estimator, part in kept.groupby("estimator"):
            least = part.groupby(["network", "rows"])["holds"].mean().min()
            name = f"least coverage of {estimator}, by network and rows"
            findings.figures.append(context.figure(name, float(least)))
    if len(cases):
        findings.tables["Coverage by constructed case"] = case_table(cases)
        for estimator, part in cases.groupby("estimator"):
            name = f"least coverage of {estimator}, by constructed case and rows"
            findings.figures.append(context.figure(name, float(part["coverage"].min())))
    return findings


def network_tables(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return coverage by network and by kind of edge, and what was refused."""
    kept = table[table["holds"].notna()].copy()
    kept["holds"] = kept["holds"].astype(bool)
    return {
        "Coverage by network": _shown(kept, ["network", "rows"]),
        "Coverage by kind of edge": _by_kind(kept),
        "Refused": _refused(table),
    }


def case_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return coverage by constructed case, estimators side by side."""
    figures = ["coverage", "bias", "scatter", "standard error", "refusals", "milliseconds"]
    keys = ["case", "rows", "true effect"]
    wide = table.pivot_table(index=keys, columns="estimator", values=figures, sort=False)
    order = [(figure, name) for name in table["estimator"].unique() for figure in figures]
    wide = wide[[column for column in order if column in wide.columns]].round(4)
    wide.columns = [f"{estimator}: {figure}" for figure, estimator in wide.columns]
    return wide.reset_index()


def _shown(kept: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return intervals, coverage, width and share that excludes 0, estimators side by side."""
    grouped = kept.groupby([*keys, "estimator"], sort=False)
    figures = grouped.agg(
        intervals=("holds", "size"),
        coverage=("holds", "mean"),
        width=("width", "median"),
        excludes=("excludes 0", "mean"),
    ).round(3)
    wide = figures.unstack("estimator")
    wide.columns = [f"{estimator}: {name}" for name, estimator in wide.columns]
    order = sorted(wide.columns, reverse=True)
    return wide[order].reset_index()


def _by_kind(kept: pd.DataFrame) -> pd.DataFrame:
    """Return the same by kinds of edges; the kinds overlap."""
    unseen, strata = kept["unseen"].astype(float), kept["by strata"].astype(bool)
    ours = kept["estimator"] == "standardised"
    kinds = {
        "all": np.ones(len(kept), dtype=bool),
        "nothing to adjust for": kept["adjusted for"] == 0,
        "something to adjust for": kept["adjusted for"] > 0,
        "one contrast": kept["contrasts"] == 1,
        "several contrasts": kept["contrasts"] > 1,
        f"a value rarer than {RARE:.0%}": kept["rarer value"] < RARE,
        "a value rarer than 1%": kept["rarer value"] < 0.01,
        "standardised: every stratum shows both values": ours & strata & (unseen == 0),
        "standardised: some do not": ours & (unseen > 0),
        "standardised: more than a tenth of the rows in such": ours & (unseen > 0.1),
        "standardised: by regression": ours & ~strata,
    }
    parts = [kept[chosen].assign(kind=kind) for kind, chosen in kinds.items() if chosen.any()]
    return _shown(pd.concat(parts), ["kind", "rows"])


def _refused(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many effects were refused, by the reason's words without names and numbers."""
    refused = table.get("refused")
    if refused is None or refused.isna().all():
        return pd.DataFrame({"reason": ["none"], "effects": [0]})
    words = refused.dropna().str.replace(r"^\S+ has", "A feature has", regex=True)
    words = words.str.replace(r":.*", "", regex=True)
    words = words.str.replace(r"the value of \S+", "the source's value", regex=True)
    counted = words.value_counts().rename_axis("reason").reset_index(name="effects")
    return counted
