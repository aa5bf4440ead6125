"""``causattn report``: a run, a sweep, or two runs side by side as one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from causattn.base import ConfigError, disk_error, one_line, say
from causattn.cli.main import Parser, parse

if TYPE_CHECKING:
    from causattn.results import Run


def report(arguments: list[str]) -> int:
    """Write the page and say where it lies."""
    parser = Parser(
        prog="causattn report",
        description="A run, a sweep or two runs side by side as one page that opens from disk.",
    )
    parser.add_argument("folder", type=Path, help="the folder of a run, or of a sweep")
    parser.add_argument("other", type=Path, nargs="?", help="another run to set beside it")
    parser.add_argument(
        "--output", type=Path, help="the page's file (report.html in the folder by default)"
    )
    given = parse(parser, arguments)
    if given is None:
        return 0
    from causattn.report import (
        draw_figures,
        write_report,
        write_run_comparison,
        write_sweep_report,
    )
    from causattn.results import Status, load_run, run_status

    if given.other is not None:
        path = given.output or Path(f"{given.folder.name}_beside_{given.other.name}.html")
        say(write_run_comparison(_finished(given.folder), _finished(given.other), path))
    elif run_status(given.folder)[0] is not Status.ABSENT:
        run = load_run(given.folder)
        try:
            draw_figures(run)
        except OSError as error:
            # A run that others own may be read-only: its page, elsewhere, has the figures there.
            if given.output is None or not run.figures:
                mend = "copy the run to a folder that can be written"
                raise disk_error(error, run.folder, mend) or error from None
            say(
                f"No figures can be written into {run.folder} ({one_line(error)}); the page has "
                "those that are there.",
                error=True,
            )
        say(write_report(run, given.output))
    else:
        path = given.output or given.folder / "report.html"
        say(write_sweep_report(given.folder, path))
    return 0


def _finished(folder: Path) -> Run:
    """Return the run in a folder, which must be finished."""
    from causattn.results import Status, load_run

    run = load_run(folder)
    if run.status is not Status.FINISHED:
        raise ConfigError(f"{folder} is {run.status}; give the folder of a finished run.")
    return run
