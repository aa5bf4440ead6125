"""Every kind of features by the name that a configuration gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry

if TYPE_CHECKING:
    from causattn.features.contract import FeatureBuilder

FEATURE_BUILDERS: Registry[FeatureBuilder] = Registry(
    "features",
    "kind of features",
    "FEATURES",
    "causattn.features",
    "causattn.features.contract:FeatureBuilder",
    "features.kind",
)
