"""Pearson's chi-square test of conditional independence, and what G-square shares with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from causattn.discovery.contract import DISCRETE
from causattn.discovery.tests.contract import IndependenceTest, PValue

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData
    from causattn.discovery.pc import DiscreteStatistics


class ChiSquare(IndependenceTest):
    """Pearson's chi-square of contingency tables, added up over the conditioning set."""

    name = "chi_square"
    data_kinds = DISCRETE
    paper = "Bishop, Fienberg and Holland (1975), Discrete Multivariate Analysis, section 3.8"
    statistic: Literal["chi_square", "g_square"] = "chi_square"

    def on(self, data: DiscoveryData) -> PValue:
        """Return the test."""
        from causattn.discovery.pc.discrete import chi_square_p_values

        found = self.statistics(data)

        def p_value(x: int, y: int, given: tuple[int, ...]) -> float:
            statistic, degrees = found.measure(x, y, given)
            return float(chi_square_p_values(np.array(statistic), np.array(degrees)))

        return p_value

    def statistics(self, data: DiscoveryData, *, on_demand: bool = False) -> DiscreteStatistics:
        """Return the codes."""
        from causattn.discovery.pc import DiscreteStatistics

        return DiscreteStatistics(data.codes.T, data.cardinalities, self.statistic, data.names)


TEST = ChiSquare()
