"""The results as a Markdown page."""

from __future__ import annotations

from typing import Any


def page(results: dict[str, Any]) -> str:
    """Return the page: how it was run, then one row a case and program.

    Parameters
    ----------
    results
        ``about`` (machine and versions), ``missing`` (rows not measured), and ``rows``.
    """
    about = results["about"]
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    lines = [
        "# Discovery engine: speed",
        "",
        *(f"- `{command}`: {when}" for command, when in _runs(results["rows"]).items()),
        f"- Commits (in the JSON file, row by row): {', '.join(_commits(results['rows']))}",
        f"- {about['cpu']}, {about['cores']} cores, of which one is used",
        f"- Python {about['python']}; {versions}",
        "- Whole public calls, orientation included; medians of wall time; ours before, between "
        "and after each run of the other program.",
        "- " + (f"Rows not measured: {results['missing']}." if results["missing"] else "Complete."),
        "",
        "| case | against | theirs | ours | ratio | target | reached | graphs |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(row) for row in results["rows"]]
    bound = [row for row in results["rows"] if "share_of_pairs" in row]
    if bound:
        lines += [
            "",
            "Restriction: what is left of the search over all pairs. *Floor*: the same search "
            "where the candidates are the true adjacencies and nothing else. *Least*: what no "
            "search with the same answer can do without (`least.py` says why).",
            "",
            "| case | pairs | tests | of the skeleton phase | floor of tests | least tests | "
            "time, whole call | time, search alone | floor of time, whole call |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        lines += [_restricted_line(row) for row in bound]
    first = [row for row in results["rows"] if "first_call_empty_cache_s" in row]
    if first:
        lines += [
            "",
            "First call of a fresh process, import of the package included:",
            "",
            "| case | nothing compiled yet | compiled code in the cache | target | reached |",
            "|---|---|---|---|---|",
        ]
        lines += [_first_line(row) for row in first]
    return "\n".join(lines) + "\n"


def _runs(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return each command with the times of its first and last row."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["command"], []).append(row["measured"])
    return {command: f"{min(times)} to {max(times)}" for command, times in found.items()}


def _commits(rows: list[dict[str, Any]]) -> list[str]:
    """Return the commits that rows were measured at, in the order of measurement."""
    found = sorted((row["measured"], row.get("commit", "not recorded")) for row in rows)
    return list(dict.fromkeys(commit for _, commit in found))


def _line(row: dict[str, Any]) -> str:
    theirs = f"{seconds(row.get('their_median_s'))} ({len(row.get('their_seconds') or [])} runs)"
    if row.get("ended"):
        theirs = row["ended"]
    elif row["against"] is None:
        theirs = ""
    ratio = f"{row['ratio']:,.0f}x" if row.get("ratio", 0) >= 100 else f"{row.get('ratio', 0):.1f}x"
    return _cells(
        row["case"],
        row["against"] or "alone",
        theirs,
        f"{seconds(row['our_median_s'])} ({len(row['our_seconds'])} runs)",
        ratio if "ratio" in row else "",
        row["target"] or "",
        _answer(row["reached"]),
        row["comparison"] or f"{row['edges']:,} edges, {row['tests']:,} tests or local scores",
    )


def _restricted_line(row: dict[str, Any]) -> str:
    return _cells(
        row["case"],
        *(
            "" if row.get(share) is None else f"{row[share]:.2%}"
            for share in (
                "share_of_pairs",
                "share_of_tests",
                "share_of_skeleton_tests",
                "floor_of_tests",
                "least_tests",
                "share_of_time",
                "share_of_search_time",
                "floor_of_time",
            )
        ),
    )


def _first_line(row: dict[str, Any]) -> str:
    return _cells(
        row["case"],
        seconds(row["first_call_empty_cache_s"]),
        seconds(row["first_call_filled_cache_s"]),
        row.get("first_call_target", ""),
        _answer(row.get("first_call_reached")),
    )


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _answer(reached: bool | None) -> str:
    return "" if reached is None else "yes" if reached else "no"


def seconds(value: float | None) -> str:
    """Return a time as text with three digits."""
    if value is None:
        return "not measured"
    return f"{value:.3g} s" if value >= 1 else f"{1e3 * value:.3g} ms"
