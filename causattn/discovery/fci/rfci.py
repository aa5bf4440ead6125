"""RFCI, really fast causal inference: FCI without its large conditioning sets.

Colombo, Maathuis, Kalisch and Richardson (2012), "Learning high-dimensional directed acyclic graphs
with latent and selection variables"; see `causattn.discovery.fci.rfci_search`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.fci.rfci_search import run_rfci
from causattn.discovery.fci.testing import LatentSettings, known_of, pag_by_tests
from causattn.discovery.running.preparing import evidence_for
from causattn.discovery.shared_settings import chosen_test
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class RfciSettings(LatentSettings):
    """RFCI, really fast causal inference: FCI by fewer and smaller tests, maybe with more edges."""

    kind: str = "rfci"


class Rfci(Algorithm):
    """RFCI, really fast causal inference: FCI by fewer and smaller tests, maybe with more edges."""

    name = "rfci"
    gives = "pag"
    settings = RfciSettings
    capability = Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        tests=ANY,
        candidates=frozenset({"restrict"}),
        knowledge=True,
    )
    paper = (
        "Colombo, Maathuis, Kalisch and Richardson (2012), Learning high-dimensional directed "
        "acyclic graphs with latent and selection variables"
    )

    def run(self, problem: Problem, settings: RfciSettings) -> CausalGraph:
        """Solve a prepared problem."""
        test = chosen_test(problem, settings, self.capability)
        evidence = evidence_for(self, settings, problem.candidates)
        known = known_of(problem, evidence.allowed)
        graph = pag_by_tests(problem, test, settings, known, run_rfci)
        about = [test.name, f"alpha {settings.alpha:g}", *evidence.words]
        return replace(graph, algorithm=f"rfci ({', '.join(about)})")


ALGORITHM = Rfci()
