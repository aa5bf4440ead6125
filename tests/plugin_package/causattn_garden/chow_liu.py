"""The tree that keeps most of the pairs' mutual information."""

from dataclasses import dataclass

import networkx
import numpy as np
from sklearn.metrics import mutual_info_score

from causattn.discovery.contract import DISCRETE, Algorithm, Capability, RunSettings
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class ChowLiuSettings(RunSettings):
    """Settings of chow_liu.

    Parameters
    ----------
    least
        Least mutual information of an edge, in nats.
    """

    kind: str = "chow_liu"
    least: float = 0.0


class ChowLiu(Algorithm):
    """The tree that keeps most of the pairs' mutual information, without directions."""

    name = "chow_liu"
    settings = ChowLiuSettings
    capability = Capability(data_kinds=DISCRETE, candidates=frozenset({"restrict"}))
    paper = "Chow and Liu (1968), Approximating discrete probability distributions"

    def run(self, problem, settings):
        """Return the tree, or a forest where edges are too weak or not allowed."""
        columns, names = problem.data.values.T, problem.data.names
        pairs = networkx.Graph()
        for i in range(len(names)):
            for j in range(i):
                weight = mutual_info_score(columns[i], columns[j])
                allowed = problem.candidates is None or problem.candidates.allowed[i, j]
                if allowed and weight > settings.least:
                    pairs.add_edge(i, j, weight=weight)
        both = np.zeros((len(names), len(names)))
        for i, j in networkx.maximum_spanning_tree(pairs).edges:
            both[i, j] = both[j, i] = 1
        return CausalGraph.from_adjacency(
            both, names, direction="from row to column", kind="cpdag", algorithm="chow_liu"
        )


ALGORITHM = ChowLiu()
