"""The model that a configuration asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from causattn.base import DataError, due, file_sha256, settings_from
from causattn.models.registry import MODELS

if TYPE_CHECKING:
    from causattn.corpora import Corpus
    from causattn.models.model import LanguageModel, Task


def load_model(settings: Mapping[str, Any], corpus: Corpus | None, seed: int) -> LanguageModel:
    """Return the model that a configuration describes, trained on the corpus where it says so.

    Parameters
    ----------
    settings
        The group ``model`` of the configuration: ``kind`` and the settings of that kind.
    corpus
        What to train on; None for a model that is not trained here.
    seed
        The run's seed.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    ModelError
        Where the model is missing, damaged or not of a kind that can be used.
    DataError
        Where the corpus cannot be trained on, or there is none and one is needed.
    """
    kind, own = MODELS[str(settings.get("kind"))], model_settings(settings)
    if corpus is None and kind.needs_corpus(own):
        raise DataError(f"model={kind.name} is trained on a corpus; give it one.")
    return due(kind.load(own, corpus, seed), "LanguageModel", kind)


def model_settings(settings: Mapping[str, Any]) -> Any:
    """Return the settings of the group `model`, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    """
    kind = MODELS[str(settings.get("kind"))]
    own = {key: value for key, value in settings.items() if key != "kind"}
    return settings_from(kind.settings, own, "model")


def known_task(settings: Mapping[str, Any]) -> Task | None:
    """Return what a model will predict; None where only its checkpoint can say."""
    return MODELS[str(settings.get("kind"))].known_task(model_settings(settings))


def model_result_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a model depends on: settings that change it, and the checksum of a plugin's file.

    Parameters
    ----------
    settings
        The group ``model`` of the configuration.
    """
    name = str(settings.get("kind"))
    without = MODELS[name].without_effect
    found = {key: value for key, value in settings.items() if key not in without}
    checksum = MODELS.checksum(name)
    return found if checksum is None else {**found, "checksum": checksum}


def is_native(settings: Mapping[str, Any]) -> bool:
    """Return whether a model is of one of causattn's own kinds, and none of a plugin."""
    return MODELS.entry(str(settings.get("kind"))).native


def model_checksums(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of every local file that a model is made from, by name.

    What is trained or found here depends on these beside the settings: a checkpoint's files, and
    the graph that a causal term is held against. Empty for a model made here, for one whose
    checksum is part of its kind, and for a name on the hub (there ``model.revision`` says which
    weights are meant).
    """
    files = MODELS[str(settings.get("kind"))].files(model_settings(settings))
    return {path.name: file_sha256(path) for path in files if path.is_file()}
