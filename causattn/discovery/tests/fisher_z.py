"""Fisher's z test of partial correlations (Fisher 1924; Anderson 2003, section 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from causattn.discovery.contract import CONTINUOUS
from causattn.discovery.tests.contract import IndependenceTest, PValue

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData
    from causattn.discovery.pc import GaussianStatistics


class FisherZ(IndependenceTest):
    """Fisher's z of the partial correlation, for Gaussian data."""

    name = "fisher_z"
    data_kinds = CONTINUOUS
    paper = "Fisher (1924), The distribution of the partial correlation coefficient"

    def on(self, data: DiscoveryData) -> PValue:
        """Return the test; it needs more than |S| + 3 rows."""
        from causattn.discovery.pc.gaussian import z_p_values

        found = self.statistics(data)
        return lambda x, y, given: float(z_p_values(np.array(found.z(x, y, given))))

    def largest_set(self, data: DiscoveryData) -> int:
        """Return n - 4: the statistic is divided by the root of n - |S| - 3."""
        return max(data.rows - 4, 0)

    def statistics(self, data: DiscoveryData, *, on_demand: bool = False) -> GaussianStatistics:
        """Return the correlations."""
        from causattn.discovery.pc import GaussianStatistics

        return GaussianStatistics.from_checked(data.values, data.names, on_demand=on_demand)


TEST = FisherZ()
