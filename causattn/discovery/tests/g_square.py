"""The likelihood ratio test of conditional independence."""

from __future__ import annotations

from causattn.discovery.tests.chi_square import ChiSquare


class GSquare(ChiSquare):
    """G-square, the likelihood ratio of contingency tables, added up over the conditioning set."""

    name = "g_square"
    statistic = "g_square"


TEST = GSquare()
