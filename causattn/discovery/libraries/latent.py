"""Searches that allow for unobserved causes: FCI, and GIN for the unobserved variables themselves.

Spirtes, Meek and Richardson (1999) and Zhang (2008), "On the completeness of orientation rules for
causal discovery in the presence of latent confounders and selection bias"; Xie et al. (2020),
"Generalized independent noise condition for estimating latent variable causal graphs". Both by
causal-learn, which has no RFCI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from causattn.base import DataError, integer_seed
from causattn.discovery.contract import (
    TESTS,
    Algorithm,
    Capability,
    Problem,
    RunSettings,
    resolved,
)
from causattn.discovery.libraries.calls import seeded, silenced
from causattn.discovery.libraries.causal_learn_graphs import (
    CountedTest,
    counted_method,
    errors_as_sentences,
    from_causal_learn,
)
from causattn.discovery.shared_settings import TestSettings, check_alpha
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class FciSettings(TestSettings):
    """FCI, fast causal inference: allows for unobserved causes, a PAG.

    Parameters
    ----------
    max_order
        Largest conditioning set of the first search for the skeleton, None for no limit.
    max_path_length
        Longest discriminating path, None for no limit.
    """

    kind: str = "fci"
    max_order: int | None = None
    max_path_length: int | None = None


@dataclass(frozen=True, kw_only=True)
class GinSettings(RunSettings):
    """GIN: unobserved variables behind groups of observed ones; continuous data.

    Parameters
    ----------
    alpha
        Level of each independence test.
    method
        Test of independence: ``"hsic"`` or ``"kci"`` (kernel, slow).
    """

    kind: str = "gin"
    alpha: float = 0.05
    method: Literal["kci", "hsic"] = "hsic"


def run_fci(problem: Problem, settings: FciSettings) -> CausalGraph:
    """Solve a prepared problem."""
    from causallearn.search.ConstraintBased.FCI import fci

    check_alpha(settings.alpha)
    data = problem.data
    test = resolved(settings.test, data, FCI.capability(settings).tests, "test")
    counted = CountedTest(data, test)
    with silenced(), errors_as_sentences(data):
        found, _ = fci(
            data.values,
            counted_method(),
            settings.alpha,
            depth=-1 if settings.max_order is None else settings.max_order,
            max_path_length=-1 if settings.max_path_length is None else settings.max_path_length,
            show_progress=False,
            node_names=list(data.names),
            counted=counted,
        )
    return from_causal_learn(
        found,
        data.names,
        kind="pag",
        algorithm=f"fci ({test}, alpha {settings.alpha:g}, causal-learn)",
        tests=counted.total,
        tests_by_order=tuple(counted.by_order),
    )


def run_gin(problem: Problem, settings: GinSettings) -> CausalGraph:
    """Solve a prepared problem; unobserved variables are ``L1``, ``L2``, ... behind the table's.

    The observed ones are not adjacent to each other: what they share goes through the unobserved.
    """
    from causallearn.search.HiddenCausal.GIN.GIN import GIN as generalized_independent_noise

    check_alpha(settings.alpha)
    data = problem.data
    if data.size < 4:
        raise DataError(
            f"GIN groups variables by unobserved causes and needs 4 at least, not {data.size}."
        )
    with silenced(), seeded(integer_seed(problem.seed, "discovery", "gin")):
        found, _ = generalized_independent_noise(
            data.values, indep_test_method=settings.method, alpha=settings.alpha
        )
    called = _gin_names(found, data.names)
    unobserved = [name for name in called if name not in data.names]
    graph = from_causal_learn(_Renamed(found, called), (*data.names, *unobserved), kind="cpdag")
    return CausalGraph(
        graph.names,
        graph.marks,
        kind="cpdag",
        algorithm=f"gin ({settings.method}, alpha {settings.alpha:g}, causal-learn)",
        details={"unobserved": unobserved},
    )


def _gin_names(found: Any, names: tuple[str, ...]) -> list[str]:
    """Return GIN's own node names (X1, X2, ... and L1, L2, ...) as the table's."""
    called = []
    for node in found.nodes:
        own, number = node.get_name()[0], int(node.get_name()[1:])
        latent = f"L{number}"
        while latent in names:
            latent = f"latent {latent}"
        called.append(names[number - 1] if own == "X" else latent)
    return called


class _Renamed:
    """A causal-learn graph under other names."""

    def __init__(self, found: Any, names: list[str]) -> None:
        self.graph = np.asarray(found.graph)
        self.nodes = [_Named(name) for name in names]


@dataclass(frozen=True)
class _Named:
    """A node that knows its name, as causal-learn's do."""

    name: str

    def get_name(self) -> str:
        """Return the name."""
        return self.name


FCI = Algorithm(
    name="fci",
    title="Fast causal inference",
    gives="pag",
    settings=FciSettings,
    engines={"": Capability(data_kinds=frozenset({"continuous", "discrete"}), tests=TESTS)},
    run=run_fci,
    source="Spirtes, Meek and Richardson 1999; Zhang 2008",
)

GIN = Algorithm(
    name="gin",
    title="Generalized independent noise",
    gives="cpdag",
    settings=GinSettings,
    engines={"": Capability(data_kinds=frozenset({"continuous"}), seeded=True)},
    run=run_gin,
    source="Xie et al. 2020",
)
