"""The page of a sweep, drawn when its jobs are done (`report=false` leaves it out)."""

from __future__ import annotations

from causattn.base import one_line, say, typed
from causattn.cli.errors import USER_ERRORS, sentence
from causattn.cli.progress import LOG, Progress, read_lines

PAGE = "report.html"


def draw_page(progress: Progress) -> None:
    """Write ``report.html`` into a sweep's folder where something of it is new, and say so.

    Whatever goes wrong is said and changes nothing else: the runs are done.

    Parameters
    ----------
    progress
        The sweep, its jobs done.
    """
    path = progress.folder / PAGE
    if not progress.report or (path.is_file() and not _is_new(progress)):
        return
    try:
        from causattn.report import write_sweep_report

        write_sweep_report(progress.folder, path)
    except Exception as error:
        known = isinstance(error, USER_ERRORS)
        why = sentence(error) if known else f"{type(error).__name__}: {one_line(error)}"
        say(
            f"The sweep's page was not drawn ({why}); causattn report {typed(progress.folder)} "
            "tries again.",
            error=True,
        )
        return
    say(typed(path))


def _is_new(progress: Progress) -> bool:
    """Return whether a job was begun by this command."""
    lines = read_lines(progress.folder / LOG)
    return any(line.get("session") == progress.session for line in lines)
