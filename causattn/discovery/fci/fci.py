"""FCI, fast causal inference, by causattn's own engine or by causal-learn.

Spirtes, Meek and Richardson (1999); Zhang (2008), "On the completeness of orientation rules for
causal discovery in the presence of latent confounders and selection bias".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.fci.search import run_fci
from causattn.discovery.fci.testing import LatentSettings, known_of, pag_by_tests
from causattn.discovery.running.preparing import evidence_for
from causattn.discovery.shared_settings import chosen_test
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class FciSettings(LatentSettings):
    """FCI, fast causal inference: allows for unobserved causes and selection, a PAG.

    Parameters
    ----------
    engine
        ``causattn``, compiled; or ``causal-learn``: another implementation, to compare with.
    """

    kind: str = "fci"
    engine: Literal["causattn", "causal-learn"] = "causattn"


_OURS = Capability(
    data_kinds=CONTINUOUS_OR_DISCRETE,
    tests=ANY,
    candidates=frozenset({"restrict"}),
    knowledge=True,
)
_THEIRS = Capability(
    data_kinds=CONTINUOUS_OR_DISCRETE,
    tests=ANY,
    imports=("causallearn.search.ConstraintBased.FCI", "causallearn.utils.cit"),
)


class Fci(Algorithm):
    """FCI, fast causal inference: allows for unobserved causes and selection, a PAG."""

    name = "fci"
    gives = "pag"
    settings = FciSettings
    capability = _OURS
    engines = MappingProxyType({"causattn": _OURS, "causal-learn": _THEIRS})
    paper = (
        "Spirtes, Meek and Richardson (1999); Zhang (2008), On the completeness of orientation "
        "rules for causal discovery in the presence of latent confounders and selection bias"
    )

    def run(self, problem: Problem, settings: FciSettings) -> CausalGraph:
        """Solve a prepared problem."""
        about = [f"alpha {settings.alpha:g}", settings.engine]
        test = chosen_test(problem, settings, self.capability_of(settings))
        if settings.engine == "causal-learn":
            from causattn.discovery.fci.by_causal_learn import fci_by_causal_learn

            graph = fci_by_causal_learn(problem.data, test, settings.alpha, settings.max_order)
        else:
            evidence = evidence_for(self, settings, problem.candidates)
            about += evidence.words
            known = known_of(problem, evidence.allowed)
            graph = pag_by_tests(problem, test, settings, known, run_fci)
        return replace(graph, algorithm=f"fci ({', '.join([test.name, *about])})")


ALGORITHM = Fci()
