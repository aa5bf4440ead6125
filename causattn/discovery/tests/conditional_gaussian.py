"""The likelihood ratio test of the conditional Gaussian, for continuous and discrete columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.discovery.contract import ANY_DATA
from causattn.discovery.tests.contract import IndependenceTest, PValue

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData


class ConditionalGaussianTest(IndependenceTest):
    """Likelihood ratio of Gaussians in every cell of the discrete columns; mixed data."""

    name = "conditional_gaussian"
    data_kinds = ANY_DATA
    paper = (
        "Andrews, Ramsey and Cooper (2018), Scoring Bayesian networks of mixed variables, "
        "International Journal of Data Science and Analytics 6"
    )

    def on(self, data: DiscoveryData) -> PValue:
        """Return the test."""
        from causattn.discovery.joint_likelihoods import ConditionalGaussian

        return ConditionalGaussian(data).p_value

    def largest_set(self, data: DiscoveryData) -> int:
        """Return how many columns leave rows enough for one covariance; all where any do."""
        from causattn.discovery.joint_likelihoods import ConditionalGaussian

        return ConditionalGaussian.largest_set(data)


TEST = ConditionalGaussianTest()
