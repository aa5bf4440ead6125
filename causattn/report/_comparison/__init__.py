"""A comparison of runs as a page, tables for papers, and figures."""

from causattn.report._comparison._page import headlines
from causattn.report._comparison._write import write_comparison

__all__ = ["headlines", "write_comparison"]
