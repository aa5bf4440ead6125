"""Whether the estimate is a valid CPDAG."""

from __future__ import annotations

from causattn.graphs.contract import GraphMetric, GraphPair, Number
from causattn.graphs.distances import structural_hamming_distance


class ValidCpdag(GraphMetric):
    """Whether the estimate is a valid CPDAG."""

    name = "valid_cpdag"
    title = "valid CPDAG"
    better = None
    bounds = (0, 1)
    place = 90

    def value(self, pair: GraphPair) -> Number:
        """Return whether it is; None where one of the two is a PAG."""
        if pair.with_pag:
            return None
        completed = pair.completed
        return completed is not None and not structural_hamming_distance(
            completed, pair.estimate_class
        )


METRIC = ValidCpdag()
