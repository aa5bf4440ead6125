"""The likelihood ratio test of the degenerate Gaussian, for continuous and discrete columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.discovery.contract import ANY_DATA
from causattn.discovery.tests.contract import IndependenceTest, PValue

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData


class DegenerateGaussianTest(IndependenceTest):
    """Likelihood ratio of one Gaussian, categories as zeros and ones; mixed data."""

    name = "degenerate_gaussian"
    data_kinds = ANY_DATA
    paper = (
        "Andrews, Ramsey and Cooper (2019), Learning high-dimensional directed acyclic graphs with "
        "mixed data-types"
    )

    def on(self, data: DiscoveryData) -> PValue:
        """Return the test."""
        from causattn.discovery.joint_likelihoods import DegenerateGaussian

        return DegenerateGaussian(data).p_value

    def largest_set(self, data: DiscoveryData) -> int:
        """Return how many columns leave more rows than numbers, zeros and ones."""
        from causattn.discovery.joint_likelihoods import DegenerateGaussian

        return DegenerateGaussian.largest_set(data)


TEST = DegenerateGaussianTest()
