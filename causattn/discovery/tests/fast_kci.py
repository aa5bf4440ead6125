"""Kernel test of independence on parts of the rows, by causal-learn."""

from __future__ import annotations

from causattn.discovery.contract import CONTINUOUS
from causattn.discovery.libraries.kernel_test import KernelTest


class FastKci(KernelTest):
    """Kernel test of independence on parts of the rows, by causal-learn."""

    name = "fast_kci"
    data_kinds = CONTINUOUS
    paper = (
        "Schacht and Huang (2025), A fast kernel-based conditional independence test with "
        "application to causal discovery"
    )


TEST = FastKci()
