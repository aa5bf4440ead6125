"""Whether the documents that a model reads carry every feature."""

from __future__ import annotations

from typing import Literal

import numpy as np

from causattn.base import DataError
from causattn.features.table import FeatureTable


def check_carried(
    features: FeatureTable,
    seen: np.ndarray,
    documents: int,
    stage: Literal["attention", "attribution"],
) -> None:
    """Raise where some documents carry a feature nowhere; metadata need not be carried.

    Parameters
    ----------
    features
        The table.
    seen
        bool [f], whether a token of these documents carries the feature.
    documents
        How many they are.
    stage
        Who reads them, for the sentence.

    Raises
    ------
    DataError
        Naming the features.
    """
    missing = [
        features.names[k] for k in np.flatnonzero(~seen).tolist() if k not in features.metadata
    ]
    if not missing:
        return
    shown = ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
    read, have, more = {
        "attention": ("summarised", "so they have no attention", "summarise"),
        "attribution": ("explained, or stand alone there", "so nothing explains them", "explain"),
    }[stage]
    raise DataError(
        f"{len(missing)} of {features.size} features ({shown}) are carried by no token of the "
        f"{documents} documents {read}, {have}; leave them out (features.exclude=[...]) or {more} "
        f"more documents ({stage}.documents)."
    )
