"""Comparing the runs of a sweep: who wins on what, by how much, and how sure it is."""

from causattn.results._compare._comparison import Comparison, MetricComparison, compare_runs
from causattn.results._compare._means import OVERALL
from causattn.results._compare._metrics import Metric
from causattn.results._compare._ranks import Ranking

__all__ = ["OVERALL", "Comparison", "Metric", "MetricComparison", "Ranking", "compare_runs"]
