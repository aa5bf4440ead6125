"""A comparison of runs as a page, tables for papers, and figures."""

from causattn.report.comparison.page import headlines
from causattn.report.comparison.write import write_comparison

__all__ = ["headlines", "write_comparison"]
