"""Features: documents as a table, and which characters of a document carry which column."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.features.assemble import Columns, assemble
    from causattn.features.build import (
        build_features,
        feature_result_settings,
        feature_settings,
        features_need_model,
        read_features,
        write_features,
    )
    from causattn.features.carried import check_carried
    from causattn.features.checks import dependent_columns
    from causattn.features.concepts import partial_scores
    from causattn.features.contract import FeatureBuilder
    from causattn.features.registry import FEATURE_BUILDERS
    from causattn.features.table import (
        FIND_AGAIN,
        FeatureKind,
        FeatureTable,
        carriers_of,
        pooled_features,
        select_features,
        with_carriers,
    )
    from causattn.features.transfer import transfer_features

__all__ = [
    "FEATURE_BUILDERS",
    "FIND_AGAIN",
    "Columns",
    "FeatureBuilder",
    "FeatureKind",
    "FeatureTable",
    "assemble",
    "build_features",
    "carriers_of",
    "check_carried",
    "dependent_columns",
    "feature_result_settings",
    "feature_settings",
    "features_need_model",
    "partial_scores",
    "pooled_features",
    "read_features",
    "select_features",
    "transfer_features",
    "with_carriers",
    "write_features",
]

__getattr__ = on_demand(__name__, __file__)
