"""The page of the discovery engine's speed, written from the rows."""

from __future__ import annotations

import pandas as pd

from causattn.reproduction import Context, Findings, Row, on_machines

SHARES = {
    "share_of_pairs": "pairs",
    "share_of_tests": "tests",
    "share_of_skeleton_tests": "of the skeleton phase",
    "floor_of_tests": "floor of tests",
    "least_tests": "least tests",
    "share_of_time": "time, whole call",
    "share_of_search_time": "time, search alone",
    "floor_of_time": "floor of time, whole call",
}


def page(rows: list[Row], context: Context) -> Findings:
    """Return a table of all cases, one of restriction, one of first calls."""
    found = Findings(tables={"Cases": pd.DataFrame(map(line, rows))})
    found.notes["Cases"] = (
        "Whole public calls, orientation included; medians of wall time; ours before, between and "
        "after each run of the other program; the ratio is that of the medians."
    )
    if bound := [row for row in rows if row.get("share_of_pairs") is not None]:
        title = "Restriction"
        found.tables[title] = pd.DataFrame(
            [
                {"case": row["case"]}
                | {
                    words: "" if row.get(key) is None else f"{row[key]:.2%}"
                    for key, words in SHARES.items()
                }
                for row in bound
            ]
        )
        found.notes[title] = (
            "What is left of the search over all pairs. *Floor*: the same search where the "
            "candidates are the true adjacencies and nothing else. *Least*: what no search with "
            "the same answer can do without (`least.py` says why)."
        )
    if first := [row for row in rows if "first_call_empty_cache_s" in row]:
        title = "First calls"
        found.tables[title] = pd.DataFrame(
            [
                {
                    "case": row["case"],
                    "nothing compiled yet": seconds(row["first_call_empty_cache_s"]),
                    "compiled code in the cache": seconds(row["first_call_filled_cache_s"]),
                    "target": row.get("first_call_target"),
                    "reached": answer(row.get("first_call_reached")),
                }
                for row in first
            ]
        )
        found.notes[title] = "Of a fresh process, import of the package included."
    found.remarks.append(f"{on_machines(rows)} One core is used; the others were at work.")
    return found


def line(row: Row) -> dict[str, object]:
    """Return the line of a case."""
    theirs = f"{seconds(row.get('their_median_s'))} ({len(row.get('their_seconds') or [])} runs)"
    if row.get("ended"):
        theirs = row["ended"]
    elif row["against"] is None:
        theirs = ""
    ratio = row.get("ratio")
    shown = "" if ratio is None else f"{ratio:,.0f}x" if ratio >= 100 else f"{ratio:.1f}x"
    return {
        "case": row["case"],
        "against": row["against"] or "alone",
        "theirs": theirs,
        "ours": f"{seconds(row['our_median_s'])} ({len(row['our_seconds'])} runs)",
        "ratio": shown,
        "target": row["target"],
        "reached": answer(row["reached"]),
        "graphs": row["comparison"]
        or f"{row['edges']:,} edges, {row['tests']:,} tests or local scores",
    }


def answer(reached: bool | None) -> str:
    """Return yes or no, nothing where nothing was to be reached."""
    return "" if reached is None else "yes" if reached else "no"


def seconds(value: float | None) -> str:
    """Return a time as text with three digits."""
    if value is None:
        return "not measured"
    return f"{value:.3g} s" if value >= 1 else f"{1e3 * value:.3g} ms"
