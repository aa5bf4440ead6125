"""causal-learn's FCI, to compare with; neither candidates nor knowledge are handed to it."""

from __future__ import annotations

from causattn.discovery.data import DiscoveryData
from causattn.discovery.libraries.calls import silenced
from causattn.discovery.libraries.causal_learn_graphs import (
    CountedTest,
    counted_method,
    errors_as_sentences,
    from_causal_learn,
)
from causattn.discovery.tests.contract import IndependenceTest
from causattn.graphs import CausalGraph


def fci_by_causal_learn(
    data: DiscoveryData, test: IndependenceTest, alpha: float, max_order: int | None
) -> CausalGraph:
    """Run causal-learn's FCI.

    Parameters
    ----------
    data
        The table.
    test
        The independence test.
    alpha
        Level of each test.
    max_order
        Largest conditioning set of its first search for the skeleton, None for no limit.
    """
    from causallearn.search.ConstraintBased.FCI import fci

    counted = CountedTest(data, test)
    with silenced(), errors_as_sentences(data):
        found, _ = fci(
            data.values,
            counted_method(),
            alpha,
            depth=-1 if max_order is None else max_order,
            show_progress=False,
            node_names=list(data.names),
            counted=counted,
        )
    return from_causal_learn(
        found,
        data.names,
        kind="pag",
        tests=counted.total,
        tests_by_order=tuple(counted.by_order),
    )
