"""The page of sweeps: what was asked, what came out, whether it was reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from causattn.reproduction import Context, Findings, Row, on_machines


def page(rows: list[Row], context: Context) -> Findings:
    """Return the table."""
    parts = {
        part: [row for row in rows if row["part"] == part]
        for part in ("overhead", "parallel", "collecting")
    }
    lines = [line for row in parts["overhead"] for line in overhead(row)]
    lines += [line for row in parts["parallel"] for line in parallel(row)]
    lines += list(collecting(parts["collecting"])) if parts["collecting"] else []
    header = ("what", "asked", "got", "reached")
    found = Findings(tables={"Sweeps": pd.DataFrame(lines, columns=header)})
    found.remarks.append(f"{on_machines(rows)} Others used the machine at the same time.")
    for row in parts["parallel"]:
        if (row["machine"].get("nice") or 0) < 0:
            found.remarks.append(
                f"Before the others' work (nice {row['machine']['nice']}): {row['name']}, "
                f"{row['workers']} workers."
            )
    return found


def overhead(row: Row) -> Iterator[Sequence[str]]:
    """Yield the lines of a job's overhead."""
    ours, theirs = row["overhead_ms"]["causattn"], row["overhead_ms"]["hydra"]
    yield (
        f"overhead a job, {row['jobs']:,} jobs of 1 ms, start of the program included",
        f"below Hydra's basic launcher ({theirs:.1f} ms, {row['hydra_jobs']} jobs at a time, "
        "without its start)",
        f"{ours:.1f} ms",
        _yes(ours < theirs),
    )
    yield (
        f"the same command again, all {row['jobs']:,} jobs finished",
        "under 5% of its first time",
        f"{100 * row['again_share']:.1f}%",
        _yes(row["again_share"] < 0.05),
    )


def parallel(row: Row) -> Iterator[Sequence[str]]:
    """Yield a parallel sweep's lines; the second shows its own cost without the machine's."""
    workers = row["workers"]
    chain = f"over its longest job and the rest / workers {100 * row['over_chain']:+.1f}%"
    yield (
        f"{row['jobs']}-job discovery sweep on alarm ({row['name']}), {workers} workers: wall time "
        f"({row['wall_s']:.1f} s) over unique work / workers ({row['work_s'] / workers:.1f} s; one "
        f"worker alone took {row['alone_wall_s']:.0f} s)",
        "within 15%",
        f"{100 * row['over']:+.1f}%; {chain}",
        _yes(row["over"] <= 0.15),
    )
    outside = row["wall_s"] - row["jobs_span_s"]
    yield (
        "the same over what its own jobs took of the processors / workers "
        f"({row['busy_s'] / workers:.1f} s), which leaves the sweep's own cost: {outside:.1f} s "
        f"before the first job and after the last, {row['idle_at_end_s'] / workers:.1f} s a worker "
        "with nothing left to begin",
        "",
        f"{100 * row['over_busy']:+.1f}%; jobs beside each other took {100 * row['slower']:+.1f}% "
        "of processor time, what each worker loads among it",
        "",
    )
    yield (
        "the same sweep's results beside those of one worker",
        "the same bytes",
        f"{row['identical']} of {row['jobs']} jobs",
        _yes(row["identical"] == row["jobs"]),
    )


def collecting(rows: list[Row]) -> Iterator[Sequence[str]]:
    """Yield the lines of collecting many jobs."""
    least, most = rows[0], rows[-1]
    grown = most["memory_most_mb"] - least["memory_most_mb"]
    yield (
        f"collecting {most['jobs']:,} jobs, {most['columns']} columns",
        "seconds",
        f"{most['processor_seconds']:.1f} s of processor time ({most['seconds']:.1f} s by the "
        "clock of a machine that others used)",
        _yes(most["processor_seconds"] < 60),
    )
    yield (
        f"most memory, {least['jobs']:,} jobs and {most['jobs']:,} jobs",
        "the same (10% of it more at most)",
        f"{least['memory_most_mb']:.0f} MB and {most['memory_most_mb']:.0f} MB",
        _yes(grown <= 0.1 * least["memory_most_mb"]),
    )


def _yes(reached: bool) -> str:
    return "yes" if reached else "no"
