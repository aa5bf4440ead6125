"""Report: a run as figures, as one offline page, and as a table in the terminal."""

from causattn.report._figures import draw_figures
from causattn.report._page import write_report
from causattn.report._terminal import print_run

__all__ = ["draw_figures", "print_run", "write_report"]
