"""Which algorithms' graphs change, and by how much."""

from __future__ import annotations

from typing import Any

import pandas as pd

from causattn.reproduction import Context, Findings

SHOWN = {
    "called": "algorithm",
    "drawn": "tables",
    "edges": "edges",
    "changed by order": "share, other order",
    "unsaid": "without saying so",
    "pairs by order": "pairs that differ",
    "changed by alone": "share, on its own",
    "pairs by alone": "pairs that differ, on its own",
}
DRAWN_AT_RANDOM = "random"
"""Its edges go by the place of columns, whatever is in them."""
TITLE = "Graphs that change with the order of columns"


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Show every algorithm whose graph changes, and name the others."""
    table = pd.DataFrame(rows)
    table["called"] = [called(row) for row in rows]
    done = table[table["tables done"] > 0]
    count = {
        what: int(done.loc[done[f"changed by {what}"] > 0, "called"].nunique())
        for what in ("order", "alone")
    }
    most = "share of graphs that change"
    found = {
        f"{most} and do not say so, most of any algorithm": float(
            done.loc[done["kind"] != DRAWN_AT_RANDOM, "unsaid"].max()
        ),
        f"{most} with the names of columns, most of any algorithm": float(
            done["changed by names"].max()
        ),
        "algorithms that change with the order in causattn": count["order"],
        "algorithms that change with the order on their own": count["alone"],
    }
    findings = Findings([context.figure(name, value) for name, value in found.items()])
    moved = done[done[["changed by order", "changed by alone"]].gt(0).any(axis=1)]
    findings.tables[TITLE] = moved[list(SHOWN)].rename(columns=SHOWN)
    still = sorted(set(done["called"]) - set(moved["called"]))
    findings.notes[TITLE] = f"Never, on any table: {'; '.join(still)}."
    findings.remarks += [
        f"{row['called']}, {row['drawn']}: {row['tables done']} of {row['tables']} tables"
        + (f" ({row['why not']})." if row["why not"] else ", for want of time.")
        for row in table[table["tables done"] < table["tables"]].to_dict("records")
    ]
    return findings


def called(row: dict[str, Any]) -> str:
    """Return an algorithm with its settings."""
    about = [row[key] for key in ("engine", "rules") if isinstance(row.get(key), str)]
    return f"{row['kind']} ({', '.join(about)})" if about else str(row["kind"])
