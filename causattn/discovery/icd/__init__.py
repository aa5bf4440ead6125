"""Iterative causal discovery (ICD): a PAG from tests of growing order, each close to its edge."""

from causattn.discovery.icd.orientation import orient
from causattn.discovery.icd.paths import candidate_sets, path_lengths, possible_ancestors
from causattn.discovery.icd.search import Found, iterative_causal_discovery

__all__ = [
    "Found",
    "candidate_sets",
    "iterative_causal_discovery",
    "orient",
    "path_lengths",
    "possible_ancestors",
]
