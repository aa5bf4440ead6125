"""A page as a picture: a headless Chromium opens it, and what is empty around it is cut off."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from causattn.base import ArtefactError, CapabilityError, write_text

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_WIDTH, _HEIGHT = 900, 4000
_MARGIN, _SECONDS = 12, 120
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--no-first-run",
    "--virtual-time-budget=5000",
)


def photograph(html: str, path: Path) -> Path:
    """Write a picture of a page's first 4,000 pixels and return its path.

    Parameters
    ----------
    html
        The page; it needs no network.
    path
        A file that ends in ``.png``.

    Raises
    ------
    CapabilityError
        Where there is no browser.
    ArtefactError
        Where it makes no picture, or the file cannot be written.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise CapabilityError(
            f"A picture of a page needs a browser, and none of {', '.join(PROGRAMS)} is there; "
            "install one, or write the page itself (a name that ends in .html)."
        )
    with tempfile.TemporaryDirectory(prefix="causattn_") as folder:
        page, shot = Path(folder) / "page.html", Path(folder) / "shot.png"
        write_text(page, html)
        command = [
            *(program, *_FLAGS, *_as_root(), f"--user-data-dir={folder}/profile"),
            *(f"--window-size={_WIDTH},{_HEIGHT}", f"--screenshot={shot}", page.as_uri()),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            done = None
        if not shot.is_file():
            how = f"within {_SECONDS} s" if done is None else f"(exit code {done.returncode})"
            raise ArtefactError(f"{program} made no picture {how}; write the page as .html.")
        with Image.open(shot) as taken:
            picture = _trimmed(taken.convert("RGB"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.quantize(256, Image.Quantize.FASTOCTREE).save(path, optimize=True)
    except OSError as error:
        raise ArtefactError(
            f"The picture {path} cannot be written ({error.strerror}); choose another place."
        ) from None
    return path


def _as_root() -> list[str]:
    """Return what Chromium asks for where root runs it, as in a container."""
    return ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []


def _trimmed(picture: Image.Image) -> Image.Image:
    """Return a picture without what is empty at its right and below."""
    pixels = np.asarray(picture)
    differs = (pixels != pixels[-1, -1]).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not len(rows):
        return picture
    right = min(picture.width, int(columns[-1]) + 1 + _MARGIN)
    return picture.crop((0, 0, right, min(picture.height, int(rows[-1]) + 1 + _MARGIN)))
