"""Other searches over the same documents: does an arrow hold without the search that drew it?

Each is made once a graph, whatever algorithm drew it, and takes no candidates, so that what a
screen left out cannot make colliders:

==============  ====================================================================================
majority rules  PC whose colliders need more than half of all separating sets (Colombo and Maathuis
                2014, "Order-independent constraint-based causal structure learning", section 4)
bootstraps      the same on that many samples of the rows, with replacement
FCI             which allows for hidden common causes: an arrow has a tail only where none explains
                it
==============  ====================================================================================

A search that fails or takes too long is named in ``robust_reason``, and what it was to say stays
unknown: what was not asked is not robust.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.base import CausattnError
from causattn.discovery import KNOWLEDGE, as_discovery_data, discover, edge_frequencies
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph

MOST = 10_000_000_000
"""Most tests times rows of all bootstraps: seconds to minutes of one core, by the tests' orders."""
PATIENCE = 10
"""How many times the limit of one search all bootstraps may take: by the first one's time, and
while they are made, since rows drawn twice make dependence and with it larger searches."""
_SHORT = 5.0
"""Expected seconds of all bootstraps below which they are made without a process of their own."""
BINS = 4
"""Into how many categories continuous columns of mixed data are cut, since no test takes both."""


class OtherSearches:
    """What other searches say of a graph's arrows.

    Parameters
    ----------
    graph
        The graph; its knowledge is used where a search takes any.
    features
        All documents.
    bootstraps
        Number of samples; 0 for none of these searches.
    seconds
        Longest time of PC and of FCI, None for no limit; what takes longer is not asked.
    seed
        The run's seed.
    """

    def __init__(
        self,
        graph: CausalGraph,
        features: FeatureTable,
        bootstraps: int,
        seconds: float | None,
        seed: int,
    ) -> None:
        self._names = features.names
        self._reasons: list[str] = []
        self._majority = self._fci = None
        self._share: np.ndarray | None = None
        if not bootstraps or not graph.directed().any():
            return
        data = as_discovery_data(features)
        common: dict[str, Any] = {"timeout_s": seconds}
        if data.kind == "mixed":
            common["discretise"] = BINS
        knowledge = graph.details.get(KNOWLEDGE)
        majority = {"kind": "pc", "rules": "majority", **common}
        try:
            self._majority = discover(majority, data, None, seed, knowledge=knowledge)
            # By work first, so that a busy machine finds the same.
            tests = self._majority.tests or 0
            took = float(self._majority.details["seconds"]) * bootstraps
            endless = seconds is not None and took > PATIENCE * seconds
            if tests * data.rows * bootstraps > MOST or endless:
                raise CausattnError(
                    f"{bootstraps} bootstraps of {tests} tests of {data.rows} rows are too many "
                    "(effects.bootstraps)"
                )
            found = edge_frequencies(
                {**majority, "timeout_s": None},
                data,
                None,
                seed,
                draws=bootstraps,
                knowledge=knowledge,
                within_s=None if seconds is None or took < _SHORT else PATIENCE * seconds,
            )
            self._share = found.directed
        except CausattnError as error:
            self._reasons.append(f"majority rules: {error}")
        try:
            self._fci = discover({"kind": "fci", **common}, data, None, seed)
        except CausattnError as error:
            self._reasons.append(f"FCI: {error}")

    def columns(self, source: str, target: str) -> dict[str, Any]:
        """Return the columns of the evidence table for one ordered pair."""
        found: dict[str, Any] = {
            "robust_majority": _edge(self._majority, source, target),
            "robust_fci": _edge(self._fci, source, target),
            "robust_reason": "; ".join(self._reasons) or None,
        }
        if self._share is not None:
            i, j = self._names.index(source), self._names.index(target)
            found["discovery_frequency"] = float(self._share[i, j])
        return found


def _edge(graph: CausalGraph | None, source: str, target: str) -> str | None:
    """Return the edge of a graph, source first; empty where there is none, None without graph."""
    return None if graph is None else graph.symbol(source, target)
