"""Features: documents as a table, and which characters of a document carry which column."""

from causattn.features.build import build_features, feature_settings, transfer_features
from causattn.features.carriers import FOUND_ANEW, carriers_of, pooled_features, with_carriers
from causattn.features.checks import dependent_columns, select_features
from causattn.features.concepts import partial_scores
from causattn.features.storage import read_features, write_features
from causattn.features.table import FeatureKind, FeatureTable

__all__ = [
    "FOUND_ANEW",
    "FeatureKind",
    "FeatureTable",
    "build_features",
    "carriers_of",
    "dependent_columns",
    "feature_settings",
    "partial_scores",
    "pooled_features",
    "read_features",
    "select_features",
    "transfer_features",
    "with_carriers",
    "write_features",
]
