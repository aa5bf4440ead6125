"""Pictures of a record: small, for a repository keeps every one for ever."""

from __future__ import annotations

import shutil
from pathlib import Path


def copy_picture(path: Path, folder: Path) -> Path:
    """Copy a PNG file into `folder`, in 256 colours, and return it.

    Drawings look the same in a third of the bytes. What is no picture is copied as it is.
    """
    from PIL import Image, UnidentifiedImageError

    target = folder / path.name
    try:
        with Image.open(path) as picture:
            if picture.mode != "P":
                few = picture.convert("RGB").quantize(
                    256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
                )
                few.save(target, "PNG", optimize=True)
                return target
    except UnidentifiedImageError:
        pass
    if path != target:
        shutil.copyfile(path, target)
    return target
