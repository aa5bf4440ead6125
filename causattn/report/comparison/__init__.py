"""A comparison of runs as a page, tables for papers, and figures."""

from causattn.report.comparison.leaderboard import SORTED_BY, leaderboard_table
from causattn.report.comparison.page import headline, headlines
from causattn.report.comparison.write import write_comparison

__all__ = ["SORTED_BY", "headline", "headlines", "leaderboard_table", "write_comparison"]
