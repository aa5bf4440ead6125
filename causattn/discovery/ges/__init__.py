"""Greedy equivalence search: exact, restricted, with knowledge and with an edge prior."""

from causattn.discovery.ges.result import PHASES, GESResult, Phase, Step
from causattn.discovery.ges.search import run_ges

__all__ = ["PHASES", "GESResult", "Phase", "Step", "run_ges"]
