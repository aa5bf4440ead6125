"""Features: documents as a table, and which characters of a document carry which column."""

from causattn.features._build import build_features, feature_settings, transfer_features
from causattn.features._carriers import FOUND_ANEW, carriers_of, pooled_features, with_carriers
from causattn.features._checks import dependent_columns, select_features
from causattn.features._concepts import partial_scores
from causattn.features._storage import read_features, write_features
from causattn.features._table import FeatureKind, FeatureTable

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
