"""An `AttentionSummary` on disk: one JSON file and one NPZ file of moments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from causattn.attention.measures.moments import AttentionMoments, AttentionSummary
from causattn.attention.measures.sparse import SparseMoments
from causattn.base import check_artefact, new_artefact, read_arrays, read_json, write_json

KIND = "attention_summary"
SCHEMA = 1
_MOMENTS = ("count", "sum", "sum_of_squares", "maximum")
_PAIRS = ("pair", "counts", "sums", "squares", "maxima")


def write_summary(summary: AttentionSummary, folder: Path) -> None:
    """Write a summary as an artefact folder (see `causattn.base.new_artefact`)."""
    with new_artefact(folder, KIND, SCHEMA, {"documents": summary.documents}) as inside:
        write_json(
            inside / "summary.json",
            {
                "names": list(summary.names),
                "measures": list(summary.measures),
                "documents": summary.documents,
                "query": summary.query,
                "about": dict(summary.about),
            },
        )
        arrays = {
            f"{name}.{part}": np.asarray(getattr(moments, part))
            for name, moments in summary.measures.items()
            for part in (
                (*_PAIRS, "features", "limit_gb")
                if isinstance(moments, SparseMoments)
                else _MOMENTS
            )
        }
        np.savez(inside / "moments.npz", allow_pickle=False, **arrays)


def read_summary(folder: Path) -> AttentionSummary:
    """Read what `write_summary` wrote.

    Raises
    ------
    ArtefactError
        Where the folder holds no summary of this schema, or a file is missing or changed.
    """
    check_artefact(folder, KIND, SCHEMA)
    stored = read_json(folder / "summary.json")
    arrays = read_arrays(folder / "moments.npz")
    measures = {name: _moments(arrays, name) for name in stored["measures"]}
    return AttentionSummary(
        tuple(stored["names"]),
        measures,
        stored["documents"],
        stored["query"],
        stored["about"],
    )


def _moments(arrays: Mapping[str, np.ndarray], name: str) -> AttentionMoments:
    """Return one measure, full or by pairs."""
    if f"{name}.pair" not in arrays:
        return AttentionMoments(*(arrays[f"{name}.{moment}"] for moment in _MOMENTS))
    pair, counts, sums, squares, maxima = (arrays[f"{name}.{part}"] for part in _PAIRS)
    features, limit = int(arrays[f"{name}.features"]), float(arrays[f"{name}.limit_gb"])
    return SparseMoments(features, pair, counts, sums, squares, maxima, limit)
