"""The results as a Markdown page."""

from __future__ import annotations

from typing import Any


def page(results: dict[str, Any]) -> str:
    """Return the page: what was asked, what came out, whether it was reached, and how it was run.

    Parameters
    ----------
    results
        What `run.keep` keeps, by part.
    """
    lines = [
        "# Sweeps: speed",
        "",
        "| what | asked | got | reached |",
        "|---|---|---|---|",
    ]
    if "overhead" in results:
        lines += _overhead(results["overhead"]["found"])
    for name in sorted(results):
        if name.startswith("parallel: "):
            lines += _parallel(results[name]["found"])
    if "collecting" in results:
        lines += _collecting(results["collecting"]["found"])
    lines += ["", "Measured on a machine that others used at the same time:", ""]
    lines += [
        f"- `{part['command']}`: {part['measured']}, {part['cores']} cores, load "
        f"{part['load_at_end']} at its end{_priority(part)}, commit {part['commit']}, "
        f"Python {part['python']}, causattn {part['versions']['causattn']}"
        for part in results.values()
    ]
    return "\n".join(lines) + "\n"


def _priority(part: dict[str, Any]) -> str:
    """Say that what was measured went before what others did, where it did."""
    nice = part.get("nice", 0)
    return f", before the others' work (nice {nice})" if nice < 0 else ""


def _overhead(found: dict[str, Any]) -> list[str]:
    ours, theirs = found["overhead_ms"]["causattn"], found["overhead_ms"]["hydra"]
    again = found["again_share"]
    return [
        _row(
            f"overhead a job, {found['jobs']:,} jobs of 1 ms, start of the program included",
            f"below Hydra's basic launcher ({theirs:.1f} ms, {found['hydra_jobs']} jobs at a time, "
            "without its start)",
            f"{ours:.1f} ms",
            ours < theirs,
        ),
        _row(
            f"the same command again, all {found['jobs']:,} jobs finished",
            "under 5% of its first time",
            f"{100 * again:.1f}%",
            again < 0.05,
        ),
    ]


def _parallel(found: dict[str, Any]) -> list[str]:
    """Return a sweep's rows."""
    workers = found["workers"]
    chain = f"over its longest job and the rest / workers {100 * found['over_chain']:+.1f}%"
    return [
        _row(
            f"{found['jobs']}-job discovery sweep on alarm ({found['name']}), {workers} workers: "
            f"wall time ({found['wall_s']:.1f} s) over unique work / workers "
            f"({found['work_s'] / workers:.1f} s; one worker alone took "
            f"{found['alone_wall_s']:.0f} s)",
            "within 15%",
            f"{100 * found['over']:+.1f}%; {chain}",
            found["over"] <= 0.15,
        ),
        _own_cost(found),
        _row(
            "the same sweep's results beside those of one worker",
            "the same bytes",
            f"{found['identical']} of {found['jobs']} jobs",
            found["identical"] == found["jobs"],
        ),
    ]


def _own_cost(found: dict[str, Any]) -> str:
    """Return the row that tells a sweep's own cost from that of a machine which it shares."""
    workers = found["workers"]
    outside = found["wall_s"] - found["jobs_span_s"]
    return _row(
        "the same over what its own jobs took of the processors / workers "
        f"({found['busy_s'] / workers:.1f} s), which leaves the sweep's own cost: "
        f"{outside:.1f} s before the first job and after the last, "
        f"{found['idle_at_end_s'] / workers:.1f} s a worker with nothing left to begin",
        "",
        f"{100 * found['over_busy']:+.1f}%; jobs beside each other took "
        f"{100 * found['slower']:+.1f}% of processor time, what each worker loads among it",
        "",
    )


def _collecting(found: list[dict[str, Any]]) -> list[str]:
    least, most = found[0], found[-1]
    grown = most["memory_most_mb"] - least["memory_most_mb"]
    return [
        _row(
            f"collecting {most['jobs']:,} jobs, {most['columns']} columns",
            "seconds",
            f"{most['processor_seconds']:.1f} s of processor time ({most['seconds']:.1f} s by the "
            "clock of a machine that others used)",
            most["processor_seconds"] < 60,
        ),
        _row(
            f"most memory, {least['jobs']:,} jobs and {most['jobs']:,} jobs",
            "the same (10% of it more at most)",
            f"{least['memory_most_mb']:.0f} MB and {most['memory_most_mb']:.0f} MB",
            grown <= 0.1 * least["memory_most_mb"],
        ),
    ]


def _row(*cells: Any) -> str:
    return (
        "| " + " | ".join("yes" if c is True else "no" if c is False else c for c in cells) + " |"
    )
