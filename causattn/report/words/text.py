"""Text from corpora, made fit to be shown: what is invisible or moves the cursor becomes visible.

Escaping for HTML and for markup is left to jinja2 and rich; here only those characters are
replaced that no escaping catches: controls (a terminal obeys them) and marks that turn the
direction of the text around them.
"""

import unicodedata

_TURNING = {
    "\u202a",
    "\u202b",
    "\u202c",
    "\u202d",
    "\u202e",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
}


def visible(text: object, width: int | None = None) -> str:
    """Return `text` on one line, controls as escapes, shortened to `width` characters."""
    shown = "".join(_shown(character) for character in str(text))
    if width is not None and len(shown) > width:
        shown = f"{shown[: width - 1]}…"
    return shown


def _shown(character: str) -> str:
    if character in _TURNING or unicodedata.category(character) in ("Cc", "Cs", "Cn", "Zl", "Zp"):
        return character.encode("unicode_escape", "backslashreplace").decode()
    return character


def isolated(name: object) -> str:
    """Return a name that turns nothing around it, whichever way it is read itself."""
    return f"\u2068{visible(name)}\u2069"


def number(value: float | int | None, digits: int = 3) -> str:
    """Return a number for a person: `digits` significant, a dash where it is not known."""
    if value is None or value != value:
        return "–"
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e6):
        return f"{int(value):,}".replace(",", "\u202f") if abs(value) >= 1e4 else str(int(value))
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:.0f}"
    rounded = f"{value:.{digits}g}"
    return rounded if "e" not in rounded else f"{value:.1e}"
