"""Every kind of features by the name that a configuration gives it."""

from __future__ import annotations

from causattn.base import Registry
from causattn.features.contract import FeatureBuilder

FEATURE_BUILDERS: Registry[FeatureBuilder] = Registry(
    "features",
    "kind of features",
    "FEATURES",
    "causattn.features",
    "causattn.features.contract:FeatureBuilder",
    "features.kind",
)
