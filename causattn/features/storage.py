"""A feature table as an artefact on disk: NPZ and JSON in one checked folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from causattn.base import check_artefact, new_artefact, read_arrays, read_json, write_json
from causattn.corpora import Mentions
from causattn.features.table import FeatureKind, FeatureTable

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
