"""Arrays by name in one file, never pickled."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from causattn.base import ArtefactError


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays by rename, compressed."""
    temporary = path.with_name(f".{uuid.uuid4().hex[:8]}.npz")
    try:
        np.savez_compressed(temporary, **dict(arrays))  # type: ignore[arg-type]
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Return a file's arrays by name.

    Raises
    ------
    ArtefactError
        Where the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(stored)
    except (OSError, ValueError, BadZipFile) as error:
        raise ArtefactError(
            f"{path} cannot be read ({type(error).__name__}); run the study again."
        ) from None
