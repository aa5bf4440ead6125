"""The page of the capture's speed and memory, written from the rows."""

from __future__ import annotations

from statistics import median

import pandas as pd

from causattn.reproduction import Context, Findings, Row, on_machines

FLAT, MOST, TWICE = 0.02, 1.3, 1.7
"""To reach: how far memory may move with the corpus, memory without sums over that of the plain
forward, and how much faster two processes are to be."""
WAYS = {
    "mean": "mean over layers and heads",
    "raw": "every layer and head apart",
    "usual": "usual way, all maps kept",
}


def page(rows: list[Row], context: Context) -> Findings:
    """Return a table a question."""
    parts = {part: [row for row in rows if row["part"] == part] for part in
             ("speed", "size", "batch", "processes")}  # fmt: skip
    found = Findings()
    tables = {
        "Documents a second": pd.DataFrame([speed(row) for row in parts["speed"]]),
        "Peak memory over the size of the corpus": pd.DataFrame(map(size, parts["size"])),
        "Peak memory over documents in a batch": pd.DataFrame(map(batch, parts["batch"])),
        "Processes": pd.DataFrame(map(processes, parts["processes"])),
    }
    notes = (
        "By wall time; shares are of the plain sdpa forward pass over the same texts. A target "
        "counts as reached by processor time.",
        "Held is what stands before the pass: the libraries, the model, all texts, and their table "
        f"of features ({features(parts['size'])}).\n\n"
        + "\n".join(f"- {line}" for line in flatness(parts["size"])),
        f"T = 256, {features(parts['batch'])}.",
        "One process and two over the same twelve shards, start of the workers included.",
    )
    for (title, table), note in zip(tables.items(), notes, strict=True):
        if len(table):
            found.tables[title], found.notes[title] = table, note
    found.remarks += [
        on_machines(rows),
        "all-MiniLM-L6-v2, one thread; the machine was shared with other work.",
    ]
    return found


def speed(row: Row) -> dict[str, object]:
    """Return the line of a way's speed."""
    usual, share = row["case"].startswith("usual"), row["share_of_processor_time"]
    return {
        "T": row["length"],
        "way": row["case"],
        "plain": f"{row['plain_per_second']:.1f}",
        "this": f"{row['per_second']:.1f}",
        "share": f"{row['share']:.2f}",
        "share by processor time": f"{share:.2f}",
        "target": "" if usual else f">= {row['target']:.2f}",
        "reached": "" if usual else _yes(share >= row["target"]),
    }


def size(row: Row) -> dict[str, object]:
    """Return the line of a way's memory on a corpus."""
    return {
        "way": WAYS[row["way"]],
        "T": row["length"],
        "documents": f"{row['documents']:,}",
        "held, MB": f"{row['held_mb']:,.0f}",
        "plain, MB": f"{row['plain_mb']:,.0f}",
        "this, MB": f"{row['peak_mb']:,.0f}",
        "above plain, MB": f"{row['peak_mb'] - row['plain_mb']:,.0f}",
        "of it sums, MB": f"{row['sums_mb']:,.0f}" if row["sums_mb"] else "",
    }


def flatness(rows: list[Row]) -> list[str]:
    """Return in words, for each way, how memory above the plain forward moves with the corpus."""
    lines = []
    for way in dict.fromkeys(row["way"] for row in rows):
        own = [row for row in rows if row["way"] == way]
        above = [row["peak_mb"] - row["plain_mb"] for row in own]
        moved = max(above) - min(above)
        share = moved / max(row["peak_mb"] for row in own)
        lines.append(
            f"{WAYS[way]}: from {own[0]['documents']:,} to {own[-1]['documents']:,} documents the "
            f"memory above the plain forward moves by {moved:,.0f} MB, {share:.1%} of the peak"
            + ("" if way == "usual" else f" (target <= {FLAT:.0%}: {_yes(share <= FLAT)})")
            + f" and {moved / max(above):.1%} of itself."
        )
    return lines


def batch(row: Row) -> dict[str, object]:
    """Return the line of a way's memory by batch."""
    ratio = (row["peak_mb"] - row["sums_mb"]) / row["plain_mb"]
    return {
        "way": WAYS[row["way"]],
        "batch": row["tokens"] // row["length"],
        "plain, MB": f"{row['plain_mb']:,.0f}",
        "this, MB": f"{row['peak_mb']:,.0f}",
        "sums, MB": f"{row['sums_mb']:,.0f}",
        "this without sums / plain": f"{ratio:.2f}",
        "target": f"< {MOST}",
        "reached": _yes(ratio < MOST),
    }


def processes(row: Row) -> dict[str, object]:
    """Return the line of one process and two."""
    one, two = median(row["one_seconds"]), median(row["two_seconds"])
    return {
        "documents": f"{row['documents']:,}",
        "one process": f"{one:.1f} s",
        "two processes": f"{two:.1f} s",
        "ratio": f"{one / two:.2f}",
        "target": f">= {TWICE}",
        "reached": _yes(one / two >= TWICE),
    }


def features(rows: list[Row]) -> str:
    """Return in words how many features were summed."""
    known = [row["features"] for row in rows if row.get("features")]
    if not known:
        return "features not counted"
    least, most = min(known), max(known)
    return f"{most:,} features" if least == most else f"{least:,} to {most:,} features"


def _yes(reached: bool) -> str:
    return "yes" if reached else "no"
