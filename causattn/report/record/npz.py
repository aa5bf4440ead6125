"""Arrays by name in one file, never pickled."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path

import numpy as np


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays by rename, compressed."""
    temporary = path.with_name(f".{uuid.uuid4().hex[:8]}.npz")
    try:
        np.savez_compressed(temporary, **dict(arrays))  # type: ignore[arg-type]
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
