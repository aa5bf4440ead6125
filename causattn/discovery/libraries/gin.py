"""GIN, generalized independent noise, for the unobserved variables themselves, by causal-learn.

Xie et al. (2020), "Generalized independent noise condition for estimating latent variable causal
graphs".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from causattn.base import DataError, integer_seed
from causattn.discovery.contract import CONTINUOUS, Algorithm, Capability, Problem, RunSettings
from causattn.discovery.libraries.calls import seeded, silenced
from causattn.discovery.libraries.causal_learn_graphs import from_causal_learn
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class GinSettings(RunSettings):
    """GIN: unobserved variables behind groups of observed ones; continuous data.

    Parameters
    ----------
    alpha
        Level of each independence test.
    method
        Test of independence: ``kci`` (kernel) or ``hsic``.
    """

    kind: str = "gin"
    alpha: float = 0.05
    method: Literal["kci", "hsic"] = "hsic"


class Gin(Algorithm):
    """GIN: unobserved variables behind groups of observed ones; continuous data."""

    name = "gin"
    order_matters = "groups are merged in the columns' order"
    settings = GinSettings
    capability = Capability(
        data_kinds=CONTINUOUS, seeded=True, imports=("causallearn.search.HiddenCausal.GIN.GIN",)
    )
    paper = (
        "Xie et al. (2020), Generalized independent noise condition for estimating latent "
        "variable causal graphs"
    )

    def run(self, problem: Problem, settings: GinSettings) -> CausalGraph:
        """Solve a prepared problem; unobserved variables come behind the table's as ``L1``, ...

        The observed ones are not adjacent to each other: what they share goes through the
        unobserved.
        """
        from causallearn.search.HiddenCausal.GIN.GIN import GIN as generalized_independent_noise

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


ALGORITHM = Gin()
