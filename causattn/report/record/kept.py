"""What a run keeps for its page: JSON with a schema, and arrays by name, never pickled."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from causattn.base import ArtefactError, read_json
from causattn.results import Run


def read_kept(run: Run, name: str, schema: int, what: str) -> dict[str, Any] | None:
    """Return what one of a run's JSON files holds besides its schema; None where there is none.

    Parameters
    ----------
    run
        The run.
    name
        The file's, in the run's folder.
    schema
        The one that can be read.
    what
        What the file holds, in words.

    Raises
    ------
    ArtefactError
        Where it is of another schema.
    """
    path = run.folder / name
    if not path.is_file():
        return None
    kept: dict[str, Any] = read_json(path)
    if (found := kept.pop("schema", None)) != schema:
        raise ArtefactError(
            f"{path} holds {what} of schema {found}, not {schema}; run the study again."
        )
    return kept


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays by rename, compressed."""
    temporary = path.with_name(f".{uuid.uuid4().hex[:8]}.npz")
    try:
        np.savez_compressed(temporary, **dict(arrays))  # type: ignore[arg-type]
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
