"""FCI: a PAG, which allows for unobserved causes and selection."""

from causattn.discovery.fci.search import FciResult, run_fci_with

__all__ = ["FciResult", "run_fci_with"]
