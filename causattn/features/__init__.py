"""Features: documents as a table, and which characters of a document carry which column."""

from causattn.features._table import FeatureKind, FeatureTable

__all__ = ["FeatureKind", "FeatureTable"]
