"""Screens by kind of model, verdicts, and what fools them: computed from the rows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from causattn.reproduction import Context, Findings, Row, interval


def page(rows: list[Row], context: Context) -> Findings:
    """Return figures and tables."""
    frame = pd.DataFrame(rows)
    models = frame[frame["what"] == "model"]
    screens = frame[frame["what"] == "screen"]
    found = Findings(figures=_figures(models, context))
    found.tables["AUROC of screens"] = by_kind(screens, "auroc")
    found.notes["AUROC of screens"] = (
        "Means over programs ± half of their 95% interval over seeds by Student's t. Circuit: "
        "against the program's; patched: against the paths whose patch moves the answers. "
        "ACDC and path patching are near to the second by construction."
    )
    found.tables["Average precision of screens"] = by_kind(screens, "average_precision")
    found.notes["Average precision of screens"] = "The same."
    found.tables["Verdicts on edges"] = verdicts(models)
    found.notes["Verdicts on edges"] = (
        "Of paths, against the program's circuit (a free twin has none); all programs and seeds "
        "together. Used at decoys or silent heads: paths that begin or end there."
    )
    found.tables["What fools screens"] = fooled(screens, models)
    found.notes["What fools screens"] = (
        "Of as many of the strongest paths as the circuit has: the share that begins or ends in a "
        "decoy or in a silent head, all programs and seeds together."
    )
    found.tables["The models"] = _models(models)
    found.notes["The models"] = "Means over seeds."
    return found


def by_kind(screens: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a line a screen, a column a kind of model and truth, the best of imposed first."""
    kinds = list(screens[["kind", "truth"]].drop_duplicates().itertuples(index=False, name=None))
    lines = []
    for screen, own in screens.groupby("screen", sort=False):
        line: dict[str, Any] = {"screen": screen}
        for kind, truth in kinds:
            part = own[(own["kind"] == kind) & (own["truth"] == truth)]
            line[f"{kind}, {truth}"] = interval(part.groupby("seed")[column].mean())
        lines.append(line)
    imposed = screens[(screens["kind"] == "imposed") & (screens["truth"] == "circuit")]
    order = imposed.groupby("screen")[column].mean().to_dict()
    return pd.DataFrame(sorted(lines, key=lambda line: -order.get(line["screen"], 0.0)))


def verdicts(models: pd.DataFrame) -> pd.DataFrame:
    """Return a line a kind of model whose circuit is known."""
    lines = []
    for kind, own in models[models["kind"] != "free"].groupby("kind", sort=False):
        total = own.sum(numeric_only=True)
        used, edges = total["used_edges"] + total["used_others"], total["edges"]
        lines.append(
            {
                "model": kind,
                "paths": int(total["paths"]),
                "of the circuit": int(edges),
                "used": int(used),
                "precision": _share(total["used_edges"], used),
                "recall": _share(total["used_edges"], edges),
                "unused, of the circuit": int(total["unused_edges"]),
                "open": int(total["open_edges"] + total["open_others"]),
                "used at decoys": int(total["used_decoys"]),
                "used at silent heads": int(total["used_silent"]),
            }
        )
    return pd.DataFrame(lines)


def fooled(screens: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
    """Return a line a screen: the share of its first paths at parts that nobody reads."""
    lines = []
    own = screens[screens["truth"] == "circuit"]
    for screen, part in own.groupby("screen", sort=False):
        line: dict[str, Any] = {"screen": screen}
        for kind, rows in part.groupby("kind", sort=False):
            edges = models.loc[models["kind"] == kind, "edges"].sum()
            for which in ("decoys", "silent"):
                line[f"{kind}, {which}"] = _share(rows[f"first_{which}"].sum(), edges)
        lines.append(line)
    return pd.DataFrame(lines)


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.3f}" if whole else ""


def _models(models: pd.DataFrame) -> pd.DataFrame:
    columns = ["right", "paths", "edges", "edges_moving", "others_moving", "seconds"]
    means = models.groupby(["program", "kind"], sort=False)[columns].mean().reset_index()
    means["right"] = means["right"].map("{:.3f}".format)
    for column in columns[1:]:
        means[column] = means[column].map("{:.4g}".format)
    return means.rename(columns=lambda name: name.replace("_", " "))


def _figures(models: pd.DataFrame, context: Context) -> list[Any]:
    figures = []
    for kind in ("imposed", "free"):
        own = models[models["kind"] == kind]
        if len(own):
            name = f"answers of {kind} twins that are right"
            figures.append(context.figure(name, float(own["right"].mean())))
    own = models[models["kind"] == "imposed"].sum(numeric_only=True)
    if len(own) and own["edges"]:
        others = own["paths"] - own["edges"]
        for name, share in (
            ("paths of the circuits", own["edges_moving"] / own["edges"]),
            ("paths outside of the circuits", own["others_moving"] / others),
        ):
            whole = f"{name} of imposed twins that move their answers, as a share"
            figures.append(context.figure(whole, float(share)))
    return figures
