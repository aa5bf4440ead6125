"""Iterative causal discovery (ICD): a PAG from tests of growing order, each close to its edge."""

from causattn.discovery._icd._algorithm import ICD
from causattn.discovery._icd._orientation import orient
from causattn.discovery._icd._paths import candidate_sets, path_lengths, possible_ancestors
from causattn.discovery._icd._search import Found, iterative_causal_discovery

__all__ = [
    "ICD",
    "Found",
    "candidate_sets",
    "iterative_causal_discovery",
    "orient",
    "path_lengths",
    "possible_ancestors",
]
