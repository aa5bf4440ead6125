"""The features that a configuration asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from causattn.base import settings_from
from causattn.features.registry import FEATURE_BUILDERS

if TYPE_CHECKING:
    from causattn.corpora import Corpus
    from causattn.features.table import FeatureTable


def build_features(
    settings: Mapping[str, Any], corpus: Corpus, model: Any = None, seed: int = 0
) -> FeatureTable:
    """Return the table of features that a configuration describes.

    Parameters
    ----------
    settings
        The group ``features`` of the configuration: ``kind`` and the settings of that kind.
    corpus
        The documents.
    model
        A `LanguageModel`; needed only where `features_need_model` says so.
    seed
        The run's seed; none of the native kinds draws anything.

    Raises
    ------
    ConfigError
        For an unknown kind or setting, or features that the corpus does not have.
    DataError
        For gaps, constant, like, dependent or unseen columns.
    """
    builder = FEATURE_BUILDERS[str(settings.get("kind"))]
    return builder.build(feature_settings(settings), corpus, model, seed)


def feature_settings(settings: Mapping[str, Any]) -> Any:
    """Return the settings of the group `features`, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    """
    builder = FEATURE_BUILDERS[str(settings.get("kind"))]
    own = {key: value for key, value in settings.items() if key != "kind"}
    return settings_from(builder.settings, own, "features")


def features_need_model(settings: Mapping[str, Any]) -> bool:
    """Return whether the table depends on the model, such as on its tokenizer's pieces."""
    return FEATURE_BUILDERS[str(settings.get("kind"))].needs_model(feature_settings(settings))


def feature_result_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a table depends on: its settings, and the checksum of a plugin's file."""
    checksum = FEATURE_BUILDERS.checksum(str(settings.get("kind")))
    return dict(settings) if checksum is None else {**settings, "checksum": checksum}
