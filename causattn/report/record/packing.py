"""Arrays for the page: packed into text, coarse where they are only drawn.

A drawn array keeps one byte a value, the square root of its share of the largest, so that small
weights keep more steps than large ones: what is read back is off by at most 0.4% of the largest
value. The bytes are deflated and written in base 64. Numbers that are read as numbers (evidence,
statistics) never go through here.
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np


def packed(values: np.ndarray) -> dict[str, Any]:
    """Return non-negative values as one byte each, JSON-like.

    Parameters
    ----------
    values
        Any shape, none negative; NaN counts as 0.

    Returns
    -------
    dict
        ``shape``, ``scale`` (the largest value), ``signed`` (False) and ``bytes``: a value is
        ``scale * (byte / 255) ** 2``.
    """
    known = np.nan_to_num(np.asarray(values, dtype=float), nan=0.0)
    scale = float(known.max(initial=0.0))
    share = np.sqrt(np.clip(known / scale, 0, 1)) if scale > 0 else np.zeros(known.shape)
    return _written(np.rint(share * 255).astype(np.uint8), scale, known.shape, signed=False)


def packed_signed(values: np.ndarray) -> dict[str, Any]:
    """Return values of any sign as one byte each: a value is ``scale * (byte - 127) / 127``.

    The byte 255 is minus infinity, NaN counts as 0.
    """
    given = np.asarray(values, dtype=float)
    hidden = np.isneginf(given)
    known = np.nan_to_num(np.where(hidden, 0.0, given), nan=0.0)
    scale = float(np.abs(known).max(initial=0.0))
    share = known / scale if scale > 0 else np.zeros(known.shape)
    numbers = np.where(hidden, 255, np.rint(share * 127) + 127).astype(np.uint8)
    return _written(numbers, scale, known.shape, signed=True)


def unpacked(stored: dict[str, Any]) -> np.ndarray:
    """Return what `packed` or `packed_signed` kept, float64, as the page reads it."""
    data = zlib.decompress(base64.b64decode(stored["bytes"]), wbits=-15)
    numbers = np.frombuffer(data, np.uint8).astype(float).reshape(stored["shape"])
    if stored["signed"]:
        return np.where(numbers == 255, -np.inf, stored["scale"] * (numbers - 127) / 127)
    return stored["scale"] * (numbers / 255) ** 2


def _written(
    numbers: np.ndarray, scale: float, shape: tuple[int, ...], *, signed: bool
) -> dict[str, Any]:
    machine = zlib.compressobj(9, wbits=-15)
    data = machine.compress(numbers.tobytes()) + machine.flush()
    return {
        "shape": list(shape),
        "scale": scale,
        "signed": signed,
        "bytes": base64.b64encode(data).decode(),
    }
