"""The results as a Markdown page."""

from __future__ import annotations

from statistics import median
from typing import Any

FLAT = 0.02
MOST = 1.3


def page(results: dict[str, Any]) -> str:
    """Return the page: how it was run, then a table a question."""
    about = results["about"]
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    lines = [
        "# Capture of attention: speed and memory",
        "",
        *_runs(results["runs"]),
        f"- all-MiniLM-L6-v2 on {about['cpu']}, {about['cores']} cores shared with other work, one "
        "thread",
        f"- Python {about['python']}; {versions}",
        "",
    ]
    parts = results["parts"]
    if parts.get("speed"):
        lines += [
            "Documents a second by wall time; shares are of the plain sdpa forward pass over the "
            "same texts. A target counts as reached by processor time.",
            "",
            "| T | way | plain | this | share | share by processor time | target | reached |",
            "|---|---|---|---|---|---|---|---|",
            *(_speed_line(row) for row in parts["speed"]),
            "",
        ]
    if parts.get("size"):
        lines += [
            "Peak memory over the size of the corpus. Held is what stands before the pass: the "
            "libraries, the model, all texts, and their table of features "
            f"({_features(parts['size'])}).",
            "",
            "| way | T | documents | held, MB | plain, MB | this, MB | above plain, MB | "
            "of it sums, MB |",
            "|---|---|---|---|---|---|---|---|",
            *(_size_line(row) for row in parts["size"]),
            "",
            *(f"- {line}" for line in _flatness(parts["size"])),
            "",
        ]
    if parts.get("batch"):
        lines += [
            f"Peak memory over documents in a batch, T = 256, {_features(parts['batch'])}.",
            "",
            "| way | batch | plain, MB | this, MB | sums, MB | this without sums / plain | "
            "target | reached |",
            "|---|---|---|---|---|---|---|---|",
            *(_batch_line(row) for row in parts["batch"]),
            "",
        ]
    if parts.get("processes"):
        lines += [
            "| documents | one process | two processes | ratio | target | reached |",
            "|---|---|---|---|---|---|",
            *(_process_line(row) for row in parts["processes"]),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _runs(runs: dict[str, dict[str, str]]) -> list[str]:
    """Return a line a command, with the parts that it measured."""
    by_run: dict[tuple[str, str, str], list[str]] = {}
    for part, run in runs.items():
        by_run.setdefault((run["command"], run["when"], run["load"]), []).append(part)
    return [
        f"- {', '.join(parts)}: `{command}`, {when}, load {load}"
        for (command, when, load), parts in by_run.items()
    ]


def _features(rows: list[dict[str, Any]]) -> str:
    """Return in words how many features were summed."""
    known = [row["features"] for row in rows if "features" in row]
    if not known:
        return "features not counted"
    least, most = min(known), max(known)
    return f"{most:,} features" if least == most else f"{least:,} to {most:,} features"


def _speed_line(row: dict[str, Any]) -> str:
    target = row["target"]
    return _cells(
        row["length"],
        row["case"],
        f"{row['plain_per_second']:.1f}",
        f"{row['per_second']:.1f}",
        f"{row['share']:.2f}",
        f"{row['share_of_processor_time']:.2f}",
        "" if target is None else f">= {target:.2f}",
        "" if target is None else _yes(row["share_of_processor_time"] >= target),
    )


def _size_line(row: dict[str, Any]) -> str:
    return _cells(
        _way(row["way"]),
        row["length"],
        f"{row['documents']:,}",
        f"{row['held_mb']:,.0f}",
        f"{row['plain_mb']:,.0f}",
        f"{row['peak_mb']:,.0f}",
        f"{row['peak_mb'] - row['plain_mb']:,.0f}",
        f"{row['sums_mb']:,.0f}" if row["sums_mb"] else "",
    )


def _flatness(rows: list[dict[str, Any]]) -> list[str]:
    """Return in words, for each way, how memory above the plain forward moves with the corpus."""
    lines = []
    for way in dict.fromkeys(row["way"] for row in rows):
        own = [row for row in rows if row["way"] == way]
        above = [row["peak_mb"] - row["plain_mb"] for row in own]
        moved = max(above) - min(above)
        share = moved / max(row["peak_mb"] for row in own)
        lines.append(
            f"{_way(way)}: from {own[0]['documents']:,} to {own[-1]['documents']:,} documents the "
            f"memory above the plain forward moves by {moved:,.0f} MB, {share:.1%} of the peak"
            + ("" if way == "usual" else f" (target <= {FLAT:.0%}: {_yes(share <= FLAT)})")
            + f" and {moved / max(above):.1%} of itself."
        )
    return lines


def _batch_line(row: dict[str, Any]) -> str:
    ratio = (row["peak_mb"] - row["sums_mb"]) / row["plain_mb"]
    return _cells(
        _way(row["way"]),
        row["batch"],
        f"{row['plain_mb']:,.0f}",
        f"{row['peak_mb']:,.0f}",
        f"{row['sums_mb']:,.0f}",
        f"{ratio:.2f}",
        f"< {MOST}",
        _yes(ratio < MOST),
    )


def _process_line(row: dict[str, Any]) -> str:
    return _cells(
        f"{row['documents']:,}",
        f"{median(row['one_seconds']):.1f} s",
        f"{median(row['two_seconds']):.1f} s",
        f"{row['ratio']:.2f}",
        f">= {row['target']}",
        _yes(row["ratio"] >= row["target"]),
    )


def _way(way: str) -> str:
    return {
        "mean": "mean over layers and heads",
        "raw": "every layer and head apart",
        "default": "default measures",
        "usual": "usual way, all maps kept",
    }[way]


def _yes(reached: bool) -> str:
    return "yes" if reached else "no"


def _cells(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
