"""A run made to be looked at: recorded, drawn and written, which never fails the run itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from causattn.base import say
from causattn.report.figures.run_figures import draw_figures
from causattn.report.page.run_page import write_report
from causattn.report.record.attention import Material, record_attention
from causattn.results import Run


def present_run(run: Run, material: Material | None, settings: Mapping[str, Any] | None) -> None:
    """Record a run's attention, draw its figures and write its page.

    What was found lies on disk by then. So where one of the three fails, even for want of memory,
    a sentence says so on the standard error stream, and the others are done all the same.

    Parameters
    ----------
    run
        The run, its results written.
    material
        What it was made from; None where there is no attention from feature to feature to keep.
    settings
        The configuration's ``page``.
    """
    steps: list[tuple[str, Callable[[], object]]] = [
        ("figures could not be drawn", lambda: draw_figures(run)),
        ("page could not be written", lambda: write_report(run)),
    ]
    if material is not None:
        steps.insert(
            0,
            (
                "attention could not be kept for its page",
                lambda: record_attention(run, material, settings),
            ),
        )
    for failed, step in steps:
        try:
            step()
        except Exception as error:
            said = " ".join(str(error).split())
            say(
                f"The run's {failed} ({type(error).__name__}{f': {said}' if said else ''}); its "
                f"results are whole, and causattn report {run.folder} draws them again.",
                error=True,
            )
