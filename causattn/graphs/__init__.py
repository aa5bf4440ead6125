"""Ground of all graphs: DAG, CPDAG and PAG, conversions between them, and their distances."""

from causattn.graphs._graph import CausalGraph, Edge, Mark

__all__ = ["CausalGraph", "Edge", "Mark"]
