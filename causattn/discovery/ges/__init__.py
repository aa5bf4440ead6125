"""Greedy equivalence search: exact, restricted, with knowledge and with an edge prior."""

from causattn.discovery.ges.search import PHASES, GESResult, Phase, Step, run_ges

__all__ = ["PHASES", "GESResult", "Phase", "Step", "run_ges"]
