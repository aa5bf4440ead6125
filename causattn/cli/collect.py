"""``causattn collect FOLDER``: one table over all runs below a folder."""

from pathlib import Path

from causattn.base import say
from causattn.cli.main import Parser, parse


def collect(arguments: list[str]) -> int:
    """Write the table and say how many runs of each status it holds."""
    parser = Parser(prog="causattn collect", description="One table over all runs in a folder.")
    parser.add_argument("folder", type=Path, help="the folder of a sweep, or of runs")
    parser.add_argument(
        "--output",
        type=Path,
        help="path of the table without its ending (FOLDER/runs by default)",
    )
    given = parse(parser, arguments)
    if given is None:
        return 0
    from causattn.results import collect_runs

    collected = collect_runs(given.folder, given.output or given.folder / "runs")
    counts = ", ".join(f"{count} {status}" for status, count in sorted(collected.counts.items()))
    say(f"{sum(collected.counts.values())} runs: {counts}.")
    say(collected.csv)
    say(collected.parquet)
    return 0
