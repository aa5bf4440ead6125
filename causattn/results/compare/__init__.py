"""Comparing the runs of a sweep: who wins on what, by how much, and how sure it is."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.results.compare.comparison import Comparison, MetricComparison, compare_runs
    from causattn.results.compare.means import OVERALL
    from causattn.results.compare.metrics import Metric
    from causattn.results.compare.ranks import Ranking, rank

__all__ = [
    "OVERALL",
    "Comparison",
    "Metric",
    "MetricComparison",
    "Ranking",
    "compare_runs",
    "rank",
]

__getattr__ = on_demand(__name__, __file__)
