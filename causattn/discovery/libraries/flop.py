"""FLOP, fast learning of order and parents, by its authors' package flopsearch.

Wienöbst, Henckel and Weichwald (2025), "Embracing discrete search: a reasonable approach to causal
structure learning", arXiv 2510.04970. Its penalty is in units of ``k log n / 2``, twice ours; it
seeds itself, so two runs may differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.base import ConfigError
from causattn.discovery.contract import CONTINUOUS, Algorithm, Capability, Problem, RunSettings
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class FlopSettings(RunSettings):
    """FLOP, its authors' iterated local search: a score, a CPDAG; needs the package flopsearch.

    Parameters
    ----------
    restarts
        How often the best order is shaken and climbed from again; 0 for one climb.
    penalty
        Price of a parameter in units of log n; 0.5 is the BIC as published (Schwarz), 1 what FLOP's
        authors take.
    """

    kind: str = "flop"
    restarts: int = 20
    penalty: float = 0.5


class Flop(Algorithm):
    """FLOP, its authors' iterated local search: a score, a CPDAG; needs the package flopsearch."""

    name = "flop"
    settings = FlopSettings
    capability = Capability(data_kinds=CONTINUOUS, imports=("flopsearch",))
    paper = (
        "Wienöbst, Henckel and Weichwald (2025), Embracing discrete search: a reasonable approach "
        "to causal structure learning, arXiv 2510.04970"
    )
    package = "flopsearch"
    extra = "flop"

    def run(self, problem: Problem, settings: FlopSettings) -> CausalGraph:
        """Solve a prepared problem."""
        from flopsearch import flop

        if not settings.penalty > 0:
            raise ConfigError(f"penalty={settings.penalty} must be above 0; 0.5 is the BIC.")
        data = problem.data
        # Its marks: 1 for an arrow from row to column, 2 at both ends of a line.
        found = np.asarray(flop(data.values, 2 * settings.penalty, restarts=settings.restarts))
        return CausalGraph.from_adjacency(
            found != 0,
            data.names,
            direction="from row to column",
            kind="cpdag",
            algorithm=(
                f"flop (bic, penalty {settings.penalty:g} log n, {settings.restarts} restarts, "
                "flopsearch)"
            ),
        )


ALGORITHM = Flop()
