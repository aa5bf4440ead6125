"""Ground of all graphs: DAG, CPDAG and PAG, conversions between them, and their distances."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.graphs.class_members import (
        MemberDistances,
        class_members,
        member_distances,
    )
    from causattn.graphs.contract import GraphMetric, GraphPair, to_cpdag
    from causattn.graphs.distances import (
        Agreement,
        Mistakes,
        adjacency_agreement,
        adjustment_identification_distance,
        arrowhead_agreement,
        structural_hamming_distance,
        structural_intervention_distance,
    )
    from causattn.graphs.equivalence import (
        compelled_parents,
        consistent_extension,
        dag_to_cpdag,
        is_dag,
        pdag_to_dag,
        same_skeleton_and_colliders,
        topological_order,
    )
    from causattn.graphs.exports import GraphForm
    from causattn.graphs.graph import CausalGraph
    from causattn.graphs.marginal import in_order, varying, with_constant
    from causattn.graphs.marks import Edge, Mark, is_symmetric, nonzero_pairs
    from causattn.graphs.meek import meek_closure, triple_keys
    from causattn.graphs.registry import METRICS, added_metrics, compare_graphs
    from causattn.graphs.sortability import (
        r2_sortability,
        snr_sortability,
        sortabilities,
        var_sortability,
    )

__all__ = [
    "METRICS",
    "Agreement",
    "CausalGraph",
    "Edge",
    "GraphForm",
    "GraphMetric",
    "GraphPair",
    "Mark",
    "MemberDistances",
    "Mistakes",
    "added_metrics",
    "adjacency_agreement",
    "adjustment_identification_distance",
    "arrowhead_agreement",
    "class_members",
    "compare_graphs",
    "compelled_parents",
    "consistent_extension",
    "dag_to_cpdag",
    "in_order",
    "is_dag",
    "is_symmetric",
    "meek_closure",
    "member_distances",
    "nonzero_pairs",
    "pdag_to_dag",
    "r2_sortability",
    "same_skeleton_and_colliders",
    "snr_sortability",
    "sortabilities",
    "structural_hamming_distance",
    "structural_intervention_distance",
    "to_cpdag",
    "topological_order",
    "triple_keys",
    "var_sortability",
    "varying",
    "with_constant",
]

__getattr__ = on_demand(__name__, __file__)
