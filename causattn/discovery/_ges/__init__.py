"""Greedy equivalence search: exact, restricted, with knowledge and with an edge prior."""

from causattn.discovery._ges._result import PHASES, GESResult, Phase, Step
from causattn.discovery._ges._search import run_ges

__all__ = ["PHASES", "GESResult", "Phase", "Step", "run_ges"]
