"""True adjacencies that the estimate lacks."""

import numpy as np

from causattn.graphs import GraphMetric


class Missed(GraphMetric):
    """How many true adjacencies the estimate lacks."""

    name = "missed"
    title = "missed adjacencies"
    better = "lower"

    def value(self, pair):
        """Return the number."""
        truth = pair.truth.over(pair.estimate.names)
        lacking = truth.skeleton() & ~pair.estimate.skeleton()
        return int(np.triu(lacking).sum())


METRIC = Missed()
