"""The table of features built as a configuration asks, or read back as an artefact."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import (
    check_artefact,
    due,
    new_artefact,
    read_arrays,
    read_json,
    settings_from,
    write_json,
)
from causattn.corpora import Mentions
from causattn.features.registry import FEATURE_BUILDERS
from causattn.features.table import FeatureKind, FeatureTable

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
        The run's seed, for a kind that draws (of the native ones, ``clusters``).

    Raises
    ------
    ConfigError
        For an unknown kind or setting, or features that the corpus does not have.
    DataError
        For gaps, constant, like, dependent or unseen columns.
    """
    builder = FEATURE_BUILDERS[str(settings.get("kind"))]
    table = builder.build(feature_settings(settings), corpus, model, seed)
    return due(table, "FeatureTable", builder)


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


KIND, SCHEMA = "features", 1
_MENTIONS = ("document", "variable", "start", "end")


def write_features(table: FeatureTable, folder: Path) -> None:
    """Write a table as an artefact folder that `read_features` reads back equal."""
    with new_artefact(folder, KIND, SCHEMA, {"names": list(table.names)}) as new:
        carriers = {f"carrier_{name}": getattr(table.carriers, name) for name in _MENTIONS}
        np.savez_compressed(
            new / "arrays.npz", values=table.values, documents=table.documents, **carriers
        )
        write_json(
            new / "features.json",
            {
                "names": table.names,
                "kinds": [kind.value for kind in table.kinds],
                "categories": table.categories,
                "about": dict(table.about),
            },
        )


def read_features(folder: Path) -> FeatureTable:
    """Read what `write_features` wrote.

    Raises
    ------
    ArtefactError
        Where the folder is no feature table, or a file in it is missing or damaged.
    """
    check_artefact(folder, KIND, SCHEMA)
    known = read_json(folder / "features.json")
    arrays = read_arrays(folder / "arrays.npz")
    return FeatureTable(
        names=tuple(known["names"]),
        kinds=tuple(FeatureKind(kind) for kind in known["kinds"]),
        values=arrays["values"],
        categories=tuple(None if names is None else tuple(names) for names in known["categories"]),
        carriers=Mentions(*(arrays[f"carrier_{name}"] for name in _MENTIONS)),
        documents=arrays["documents"],
        about=known["about"],
    )
