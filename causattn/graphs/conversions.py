"""Graphs as other libraries have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.graphs.marks import Mark

if TYPE_CHECKING:
    import networkx

    from causattn.graphs.graph import CausalGraph


def to_networkx(of: CausalGraph) -> networkx.DiGraph:
    """Return what `CausalGraph.to_networkx` says."""
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(of.names)
    for i, j in zip(*np.nonzero(of.marks), strict=True):
        at_i, at_j = Mark(of.marks[j, i]), Mark(of.marks[i, j])
        if at_j == Mark.TAIL and at_i == Mark.ARROW:
            continue
        graph.add_edge(
            of.names[i],
            of.names[j],
            mark_source=at_i.name.lower(),
            mark_target=at_j.name.lower(),
        )
    return graph


def to_causal_learn(of: CausalGraph) -> Any:
    """Return what `CausalGraph.to_causal_learn` says."""
    from causallearn.graph.Edge import Edge as ReferenceEdge
    from causallearn.graph.Endpoint import Endpoint
    from causallearn.graph.GeneralGraph import GeneralGraph
    from causallearn.graph.GraphNode import GraphNode

    endpoint = {
        Mark.TAIL: Endpoint.TAIL,
        Mark.ARROW: Endpoint.ARROW,
        Mark.CIRCLE: Endpoint.CIRCLE,
    }
    nodes = [GraphNode(name) for name in of.names]
    graph = GeneralGraph(nodes)
    for i, j in zip(*np.nonzero(np.triu(of.skeleton())), strict=True):
        at_i, at_j = endpoint[Mark(of.marks[j, i])], endpoint[Mark(of.marks[i, j])]
        graph.add_edge(ReferenceEdge(nodes[i], nodes[j], at_i, at_j))
    return graph
