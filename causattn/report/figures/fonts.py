"""Fonts that have the characters: matplotlib's own first, then what the system has for the rest."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from matplotlib import font_manager, ft2font

from causattn.base import say

_FIRST = "DejaVu Sans"
_PREFERRED = (
    "Noto Sans CJK",
    "Noto Sans SC",
    "Source Han Sans",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang",
    "Hiragino Sans",
    "Microsoft YaHei",
    "SimHei",
    "Arial Unicode MS",
    "Noto Sans",
)
"""Beginnings of the names of fonts to look at first; a collection goes by its first face."""


def font_families(texts: Iterable[str]) -> list[str]:
    """Return font families that together have every character of `texts`.

    Characters that no installed font has are named in one line on standard error; they are drawn
    as boxes.
    """
    missing = {character for text in texts for character in text if character.isprintable()}
    families = [_FIRST]
    missing -= _characters(_path(_FIRST))
    if missing:
        for family, path in _installed():
            found = missing & _characters(path)
            if found:
                families.append(family)
                missing -= found
            if not missing:
                break
    if missing:
        shown = " ".join(sorted(missing)[:10]) + (" ..." if len(missing) > 10 else "")
        say(
            f"No installed font has the characters {shown}; they are boxes in the figures until a "
            "font that has them is installed, such as fonts-noto-cjk for Chinese.",
            error=True,
        )
    return families


def _path(family: str) -> str:
    return str(font_manager.findfont(family))


@cache
def _installed() -> list[tuple[str, str]]:
    """Return upright regular fonts as (family, file), preferred families first."""
    _learn_new_fonts()
    regular: dict[str, str] = {}
    for entry in font_manager.fontManager.ttflist:
        if entry.name.startswith("Last Resort"):  # has every character, as a box
            continue
        if entry.style == "normal" and str(entry.weight) in ("400", "normal", "regular", "book"):
            regular.setdefault(entry.name, entry.fname)

    def rank(item: tuple[str, str]) -> tuple[int, str]:
        places = [k for k, start in enumerate(_PREFERRED) if item[0].startswith(start)]
        return min(places, default=len(_PREFERRED)), item[0]

    return sorted(regular.items(), key=rank)


def _learn_new_fonts() -> None:
    """Make known to matplotlib the fonts that were installed after it last looked."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in font_manager.findSystemFonts():
        if path not in known:
            try:
                font_manager.fontManager.addfont(path)
            except (OSError, RuntimeError):  # no font that matplotlib can draw with
                continue


@cache
def _characters(path: str) -> frozenset[str]:
    """Return the characters that a font file has."""
    try:
        codes = ft2font.FT2Font(path).get_charmap()
    except (OSError, RuntimeError):
        return frozenset()
    return frozenset(map(chr, codes))
