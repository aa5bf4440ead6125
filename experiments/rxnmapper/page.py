"""Pages about RXNMapper's head: every number is computed from the rows."""

from __future__ import annotations

import pandas as pd

from causattn.reproduction import Context, Findings, Row

UNMAPPED = {
    "paid": "attention that atoms of the product pay to atoms of the reactants",
    "entropy": "entropy of what they pay there, least first",
    "distinct": "different partners as a share of atoms",
    "mutual": "share of atoms whose best partner's best partner they are",
    "element": "share of best partners of one element",
}
"""What can be said of a head without a map."""
LAYER, HEAD = 10, 5
SHOWN = 10


def page(rows: list[Row], context: Context) -> Findings:
    """Return figures and tables."""
    frame = pd.DataFrame(rows)
    readings, pairs = (frame[frame["what"] == each] for each in ("reading", "pairs"))
    guided = readings[readings["reading"] == "RXNMapper's algorithm"]
    table = _readings(readings)
    heads = _heads(frame[frame["what"] == "head"])
    share = table.set_index("reading")["share"]
    plain = [name for name in share.index if name in _MEASURES]
    unmapped = {name: int(heads.loc[(LAYER, HEAD), f"rank, {name}"]) for name in UNMAPPED}
    found = Findings(
        figures=[
            context.figure(
                "share of reactions whose map is the package's own",
                float((guided["equal"].eq(True) & guided["published"].eq(True)).mean()),
            ),
            context.figure(
                "share of atoms right by the head's largest attention", float(share["the head"])
            ),
            context.figure(
                "share right by the best of our aggregations", float(share[plain].max())
            ),
            context.figure("share right in the order of writing", float(share["order of writing"])),
            context.figure(
                "rank of the head by atoms right", int(heads.loc[(LAYER, HEAD), "rank, right"])
            ),
            context.figure("best rank of the head by what needs no map", min(unmapped.values())),
            context.figure(
                "rank of the head by what cutting it costs",
                int(heads.loc[(LAYER, HEAD), "rank, cut"]),
            ),
            context.figure(
                "AUROC of mapped pairs by what cutting them costs", _mean(pairs, "auroc_all")
            ),
        ]
    )
    found.tables["Readings"] = table
    found.notes["Readings"] = (
        "Atoms of the product whose best partner is the one of the map; AUROC of mapped pairs "
        "among all pairs of mapped atoms, mean over reactions weighted by atoms. One element: "
        "partners of another element are left out. The order of writing takes the next free atom "
        "of the element. The algorithm is not counted among our aggregations: it has their rule."
    )
    for title, by in (("Heads by atoms right", "right"), ("Heads by what cutting costs", "cut")):
        best = heads.sort_values(f"rank, {by}", kind="stable").head(SHOWN)
        found.tables[title] = _shown(best)
    found.notes["Heads by atoms right"] = (
        "Means over reactions weighted by atoms; layers and heads from 0. Cut: by how much hiding "
        "each atom of the product costs more (nats) where the head is silent; right without it: "
        f"what head {LAYER}.{HEAD} still gets right. "
        + "; ".join(f"{name}: {words}" for name, words in UNMAPPED.items())
        + "."
    )
    found.tables["The published head among all"] = pd.DataFrame(
        [
            {"by": name, "rank": int(heads.loc[(LAYER, HEAD), f"rank, {name}"]), "of": len(heads)}
            for name in ("right", "auroc", *UNMAPPED, "cut")
        ]
    )
    found.tables["Heads silent in all layers"] = _everywhere(frame[frame["what"] == "everywhere"])
    found.notes["Heads silent in all layers"] = (
        "All layers share their weights: one head's is the same map of queries and keys in each. "
        f"Right without it: what head {LAYER}.{HEAD} gets right where the layers below have none."
    )
    found.tables["Pairs"] = pd.DataFrame(
        [
            {"ranked by": words, "AUROC": f"{_mean(pairs, column):.3f}"}
            for column, words in (
                ("auroc_paid", "attention of the head"),
                ("auroc_all", "what cutting the pair's attention costs, all heads"),
                ("auroc_head", "what cutting it costs, the head alone"),
            )
        ]
    )
    return found


_MEASURES = ("mean", "rollout", "norm", "gradient", "flow")


def _mean(rows: pd.DataFrame, column: str) -> float:
    """Return a mean over reactions weighted by their atoms."""
    return float((rows[column] * rows["atoms"]).sum() / rows["atoms"].sum())


def _readings(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a line a reading, the best first."""
    lines = []
    for name, own in rows.groupby("reading", sort=False):
        right, atoms = int(own["right"].sum()), int(own["atoms"].sum())
        area = "" if own["auroc"].isna().all() else f"{_mean(own, 'auroc'):.3f}"
        line = {"reading": name, "right": f"{right} of {atoms}", "share": right / atoms}
        lines.append({**line, "AUROC": area})
    return pd.DataFrame(lines).sort_values("share", ascending=False, kind="stable")


def _heads(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a line a head with its ranks."""
    sums = rows.groupby(["layer", "head"])[["right", "right_without", "atoms"]].sum(min_count=1)
    names = ["auroc", *UNMAPPED, "cut"]
    weighted = rows[names].mul(rows["atoms"], axis=0)
    means = weighted.groupby([rows["layer"], rows["head"]]).sum().div(sums["atoms"], axis=0)
    table = sums.join(means)
    for name in ("right", *names):
        order = table[name].rank(ascending=name == "entropy", method="min")
        table[f"rank, {name}"] = order.astype(int)
    return table


def _shown(heads: pd.DataFrame) -> pd.DataFrame:
    table = heads.reset_index()
    lines = {
        "head": [f"{a:.0f}.{b:.0f}" for a, b in zip(table["layer"], table["head"], strict=True)],
        "right": [
            f"{int(a)} of {int(b)}" for a, b in zip(table["right"], table["atoms"], strict=True)
        ],
    }
    for name in ("auroc", *UNMAPPED, "cut"):
        lines[name] = [f"{value:.3f}" for value in table[name]]
    without = table["right_without"]
    lines["right without it"] = ["" if value != value else f"{value:.0f}" for value in without]
    return pd.DataFrame(lines)


def _everywhere(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a line a head that is silent in all layers."""
    lines = []
    for head, own in rows.groupby("head"):
        right, atoms = int(own["right_without"].sum()), int(own["atoms"].sum())
        line = {"head": int(head), "cut": f"{_mean(own, 'cut'):.3f}"}
        lines.append({**line, "right without it": f"{right} of {atoms}"})
    return pd.DataFrame(lines)
