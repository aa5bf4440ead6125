"""Randomized kernel test of independence, by causal-learn, with its random features."""

from __future__ import annotations

from causattn.discovery.contract import CONTINUOUS
from causattn.discovery.libraries.kernel_test import KernelTest


class Rcit(KernelTest):
    """Randomized kernel test of independence, by causal-learn, with its random features."""

    name = "rcit"
    data_kinds = CONTINUOUS
    paper = (
        "Strobl, Zhang and Visweswaran (2019), Approximate kernel-based conditional independence "
        "tests for fast non-parametric causal discovery"
    )


TEST = Rcit()
