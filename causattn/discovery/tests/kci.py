"""Kernel test of independence, whatever the shape; by causal-learn, slow."""

from __future__ import annotations

from causattn.discovery.contract import CONTINUOUS
from causattn.discovery.libraries.kernel_test import KernelTest


class Kci(KernelTest):
    """Kernel test of independence, whatever the shape; by causal-learn, slow."""

    name = "kci"
    data_kinds = CONTINUOUS
    paper = (
        "Zhang, Peters, Janzing and Schölkopf (2011), Kernel-based conditional independence test "
        "and application in causal discovery"
    )


TEST = Kci()
