"""A run in words; here names and numbers."""

from __future__ import annotations

from causattn.base import visible

__all__ = ["isolated", "number"]


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
