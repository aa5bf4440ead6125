"""A random DAG of given density."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from causattn.base import Bounds, ConfigError, generator
from causattn.discovery.contract import ANY_DATA, Algorithm, Capability, Problem, RunSettings
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class RandomSettings(RunSettings):
    """Baseline: a random DAG.

    Parameters
    ----------
    edges
        Number of edges: that of the graph it is to be compared with. Null for as many as
        variables, which is about what published networks have.
    """

    kind: str = "random"
    edges: Annotated[int, Bounds(least=0)] | None = None


class Random(Algorithm):
    """Baseline: a random DAG."""

    name = "random"
    gives = "dag"
    settings = RandomSettings
    capability = Capability(data_kinds=ANY_DATA, seeded=True)
    baseline = True

    def run(self, problem: Problem, settings: RandomSettings) -> CausalGraph:
        """Return a DAG with that many edges, drawn uniformly over pairs and over orders."""
        rng = generator(problem.seed, "discovery", "random")
        size = problem.data.size
        rows, columns = np.triu_indices(size, 1)
        wanted = min(size, len(rows)) if settings.edges is None else settings.edges
        count = _edge_count(wanted, len(rows))
        chosen = rng.choice(len(rows), size=count, replace=False)
        order = rng.permutation(size)
        adjacency = np.zeros((size, size), dtype=np.uint8)
        adjacency[order[rows[chosen]], order[columns[chosen]]] = 1
        return CausalGraph.from_adjacency(
            adjacency,
            problem.data.names,
            direction="from row to column",
            kind="dag",
            algorithm=f"random dag ({count} edges, seed {problem.seed})",
        )


def _edge_count(wanted: int, most: int) -> int:
    if not 0 <= wanted <= most:
        raise ConfigError(f"edges={wanted} is not possible; choose a number from 0 to {most}.")
    return wanted


ALGORITHM = Random()
