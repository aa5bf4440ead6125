"""FCI, fast causal inference, by causal-learn, which has no RFCI.

Spirtes, Meek and Richardson (1999); Zhang (2008), "On the completeness of orientation rules for
causal discovery in the presence of latent confounders and selection bias".
"""

from __future__ import annotations

from dataclasses import dataclass

from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.libraries.calls import silenced
from causattn.discovery.libraries.causal_learn_graphs import (
    CountedTest,
    counted_method,
    errors_as_sentences,
    from_causal_learn,
)
from causattn.discovery.shared_settings import TestSettings, chosen_test
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class FciSettings(TestSettings):
    """FCI, fast causal inference: allows for unobserved causes, a PAG.

    Parameters
    ----------
    max_order
        Largest conditioning set of the first search for the skeleton, null for no limit.
    max_path_length
        Longest discriminating path, null for no limit.
    """

    kind: str = "fci"
    max_order: int | None = None
    max_path_length: int | None = None


class Fci(Algorithm):
    """FCI, fast causal inference: allows for unobserved causes, a PAG."""

    name = "fci"
    gives = "pag"
    settings = FciSettings
    capability = Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        tests=ANY,
        imports=("causallearn.search.ConstraintBased.FCI", "causallearn.utils.cit"),
    )
    paper = (
        "Spirtes, Meek and Richardson (1999); Zhang (2008), On the completeness of orientation "
        "rules for causal discovery in the presence of latent confounders and selection bias"
    )

    def run(self, problem: Problem, settings: FciSettings) -> CausalGraph:
        """Solve a prepared problem."""
        from causallearn.search.ConstraintBased.FCI import fci

        data = problem.data
        test = chosen_test(problem, settings, self.capability)
        counted = CountedTest(data, test)
        with silenced(), errors_as_sentences(data):
            found, _ = fci(
                data.values,
                counted_method(),
                settings.alpha,
                depth=-1 if settings.max_order is None else settings.max_order,
                max_path_length=-1
                if settings.max_path_length is None
                else settings.max_path_length,
                show_progress=False,
                node_names=list(data.names),
                counted=counted,
            )
        return from_causal_learn(
            found,
            data.names,
            kind="pag",
            algorithm=f"fci ({test.name}, alpha {settings.alpha:g}, causal-learn)",
            tests=counted.total,
            tests_by_order=tuple(counted.by_order),
        )


ALGORITHM = Fci()
