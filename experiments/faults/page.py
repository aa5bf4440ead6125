"""The table of trials by kind and fault."""

from __future__ import annotations

from typing import Any

import pandas as pd

from causattn.reproduction import Context, Findings


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Return how many trials there were, and how many ended as they should."""
    frame = pd.DataFrame(rows)
    lines = [
        {
            "kind": kind,
            "fault": fault,
            "trials": len(group),
            "same bytes": int(group["same"].sum()),
            "ended as it should": int(group["orderly"].sum()),
            "most commands": int(group["commands"].max()),
        }
        for (kind, fault), group in frame.groupby(["kind", "fault"], sort=True)
    ]
    raising = frame[frame["fault"].isin(["EIO", "ENOSPC", "EACCES"])]
    found = Findings(tables={"Trials": pd.DataFrame(lines)})
    found.figures.append(
        context.figure("ended with the reference's bytes", float(frame["same"].mean()))
    )
    if len(raising):
        found.figures.append(
            context.figure("ended by one sentence, exit code 2", float(raising["orderly"].mean()))
        )
    for row in frame[~frame["same"] | ~frame["orderly"]].to_dict("records"):
        what = row["said"].strip().splitlines()[-1:] or row["differ"]
        found.remarks.append(f"{row['kind']}, {row['fault']} {row['where']}: {what}")
    return found
