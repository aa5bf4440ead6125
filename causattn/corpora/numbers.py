"""Numbers as people write them: 1,5 and 1.234,5 beside 1.5 and 1,234.5, and NA where there is none.

A column is in one notation. What could be read in two, as 1,234 can, is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

Decimal = Literal[".", ","]
NOTHING = frozenset({"na", "n/a", "#n/a", "null", "none", "-", "--", "?", "."})
"""Words for a missing number, in lower case; in a column of words they are words."""
_SIGNS = re.compile(r"[\s$€£¥₹%‰°]")
_THIN = " \u00a0\u202f'\u2019"
"""Spaces and apostrophes between thousands."""


def _notation(group: str, point: str) -> re.Pattern[str]:
    """Return what a number matches whose thousands and decimals have these signs."""
    grouped = "|".join(rf"[1-9]\d{{0,2}}(?:{sign}\d{{3}})+" for sign in (group, f"[{_THIN}]"))
    return re.compile(rf"[+-]?(?:{grouped}|\d+|(?={point}\d))(?:{point}\d*)?(?:[eE][+-]?\d+)?")


_NOTATIONS = {".": _notation(",", r"\."), ",": _notation(r"\.", ",")}


def written_numbers(
    cells: Mapping[int, Any], decimal: Decimal | None
) -> dict[int, float | None] | int | None:
    """Return the numbers in a column's cells by row, None for a cell that says there is none.

    Parameters
    ----------
    cells
        The cells that are not empty, by row.
    decimal
        The sign before decimals; None is the one in which all cells can be read.

    Returns
    -------
    The numbers; the row of a cell that two notations read as two numbers; or None where these are
    no numbers.
    """
    texts = {row: _text(cell) for row, cell in cells.items()}
    some = {row: text for row, text in texts.items() if text.lower() not in NOTHING}
    found = []
    for point, pattern in _NOTATIONS.items():
        if decimal in (None, point) and some and all(map(pattern.fullmatch, some.values())):
            found.append({row: _number(text, point) for row, text in some.items()})
    if not found:
        return None
    for row, number in found[0].items():
        if number != found[-1][row]:
            return row
    return {row: found[0].get(row) for row in cells}


def nearly_numbers(cells: Mapping[int, Any]) -> int | None:
    """Return the row of the first cell that is no number among numbers, None in other columns.

    A sign of money, of percent or of degrees makes a word of a number.
    """
    odd = [row for row, cell in cells.items() if written_numbers({row: cell}, None) is None]
    signs = {row: written_numbers({row: _SIGNS.sub("", _text(cells[row]))}, None) for row in odd}
    words = [row for row, found in signs.items() if found is None]
    return odd[0] if odd and len(words) <= 0.1 * len(cells) else None


def _text(cell: Any) -> str:
    return str(cell).strip().replace("\u2212", "-")  # the minus of typesetters


def _number(text: str, point: str) -> float:
    """Return a number that is written with a sign before its decimals."""
    group = "." if point == "," else ","
    return float(re.sub(rf"[{group}{_THIN}]", "", text).replace(point, "."))
