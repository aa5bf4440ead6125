"""Scripts, styles and data inside one file: a policy that names them, and text that stays text.

The page's content-security policy allows exactly the bundled script and style, by their hash, and
images that the page itself holds; everything else, the network first of all, is forbidden. Data
stands in a block that browsers do not run, as JSON in which nothing can end the block or open a
comment: ``<``, ``>``, ``&`` and the line separators U+2028 and U+2029 are written as escapes.
"""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from importlib.resources import files
from typing import Any

from markupsafe import Markup

_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def bundled(name: str) -> str:
    """Return a file that the build put into the package (``report.js``, ``report.css``)."""
    return files("causattn.report").joinpath("static", name).read_text(encoding="utf-8")


def policy(*, script: str, style: str) -> str:
    """Return the content-security policy of a page with one script and one style."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def as_json(data: Any) -> Markup:
    """Return data as JSON that may stand inside a script element of HTML."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()
