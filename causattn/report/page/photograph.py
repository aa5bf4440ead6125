"""A page as a picture: a headless Chromium opens it, and what is empty around it is cut off.

It opens it twice: to learn how tall the page is, then in a window of that height.
"""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from causattn.base import ArtefactError, CapabilityError, say, write_text

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_WIDTH, _LOW, _TALLEST = 900, 900, 30_000
_MARGIN, _SECONDS = 12, 120
_SHARP = 2
"""Pixels of an SVG file's picture for one of the page's."""
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--no-first-run",
    "--virtual-time-budget=5000",
)


def photograph(html: str, path: Path) -> Path:
    """Write a picture of a whole page and return its path.

    A page of more than 30,000 pixels is cut off there, and that is said.

    Parameters
    ----------
    html
        The page; it needs no network.
    path
        A file that ends in ``.png``, or in ``.svg``, which holds the picture in a frame.

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
        start = [program, *_FLAGS, *_as_root(), f"--user-data-dir={folder}/profile"]
        done = _opened([*start, f"--window-size={_WIDTH},{_LOW}", "--dump-dom", page.as_uri()])
        tall = re.search(rb'<html[^>]* data-height="(\d+)"', done.stdout) if done else None
        height = int(tall[1]) if tall else _TALLEST
        window = f"--window-size={_WIDTH},{min(height, _TALLEST)}"
        sharp = f"--force-device-scale-factor={_SHARP if path.suffix.lower() == '.svg' else 1}"
        done = _opened([*start, window, sharp, f"--screenshot={shot}", page.as_uri()])
        if not shot.is_file():
            how = f"within {_SECONDS} s" if done is None else f"(exit code {done.returncode})"
            raise ArtefactError(f"{program} made no picture {how}; write the page as .html.")
        with Image.open(shot) as taken:
            picture = _trimmed(taken.convert("RGB"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = io.BytesIO()
        picture.quantize(256, Image.Quantize.FASTOCTREE).save(written, "png", optimize=True)
        framed = path.suffix.lower() == ".svg"
        path.write_bytes(_framed(written, picture.size) if framed else written.getvalue())
    except OSError as error:
        raise ArtefactError(
            f"The picture {path} cannot be written ({error.strerror}); choose another place."
        ) from None
    if height > _TALLEST:
        say(
            f"The picture ends after {_TALLEST:,} of the page's {height:,} pixels; take one part "
            "(view=heads), or write the page itself (a name that ends in .html).",
            error=True,
        )
    return path


def _opened(command: list[str]) -> subprocess.CompletedProcess[bytes] | None:
    """Run the browser; None where it takes too long."""
    try:
        return subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None


def _framed(picture: io.BytesIO, size: tuple[int, int]) -> bytes:
    """Return an SVG file that holds a picture, at the size of the page."""
    wide, tall = (side / _SHARP for side in size)
    data = base64.b64encode(picture.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:g}" height="{tall:g}">'
        f'<image width="{wide:g}" height="{tall:g}" href="data:image/png;base64,{data}"/></svg>\n'
    ).encode()


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
