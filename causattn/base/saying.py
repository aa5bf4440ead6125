"""What is said to a person: on one line, bounded, and without signs that a terminal obeys.

Names come from other people's files. A terminal obeys control characters in them, and some marks
turn the direction of the text around them; both are shown as escapes. Whatever causattn prints
goes through `say`, and every `causattn.base.CausattnError` words itself by `one_line`. Escaping for
HTML and for markup is left to jinja2 and rich.
"""

import difflib
import sys
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BEGINNING, _END = 900, 500
_COMPARED = 2000


def visible(text: object, width: int | None = None) -> str:
    """Return `text` on one line, controls as escapes, shortened to `width` characters."""
    given = str(text)
    if width is not None:
        given = given[: width + 1]
    shown = given if given.isprintable() else "".join(map(_shown, given))
    if width is not None and len(shown) > width:
        shown = f"{shown[: width - 1]}…"
    return shown


def _shown(character: str) -> str:
    if character in _TURNING or unicodedata.category(character) in ("Cc", "Cs", "Cn", "Zl", "Zp"):
        return character.encode("unicode_escape", "backslashreplace").decode()
    return character


def one_line(text: object) -> str:
    """Return a message on one line, controls as escapes.

    A message of more than about 1,400 characters keeps its beginning, which says what is wrong,
    and its end, which says how to mend it.
    """
    given = str(text)
    if len(given) > _BEGINNING + _END:
        given = f"{given[:_BEGINNING]} … {given[-_END:]}"
    return visible(" ".join(filter(None, map(str.strip, given.splitlines()))))


def listed(names: Iterable[object], most: int = 8) -> str:
    """Return names for a message, at most `most` of them and each at most 60 characters long."""
    known = names if isinstance(names, Collection) else list(names)
    shown = [visible(name, 60) for name, _ in zip(known, range(most), strict=False)]
    more = f" and {len(known) - len(shown):,} more" if len(known) > len(shown) else ""
    return ", ".join(shown) + more


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that stand there more than once, in order."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def nearest_name(word: str, names: Iterable[str]) -> str | None:
    """Return the name that is most like `word`, None where none is.

    Of very many names, or very long ones, those of about the same length are compared.
    """
    if len(word) > 200:
        return None
    near = (name for name in names if abs(len(name) - len(word)) <= len(word) // 2 + 1)
    some = [name for name, _ in zip(near, range(_COMPARED), strict=False)]
    return next(iter(difflib.get_close_matches(word, some, n=1, cutoff=0.5)), None)


def say(text: object = "", *, error: bool = False, end: str = "\n") -> None:
    """Print lines of text at once, whatever else is in them as escapes.

    Parameters
    ----------
    text
        What to say. Line breaks stay, so that text of others is put on one line first.
    error
        Whether it goes to standard error.
    end
        What follows it.
    """
    stream = sys.stderr if error else sys.stdout
    shown = "\n".join(map(visible, str(text).split("\n")))
    encoding = getattr(stream, "encoding", None) or "utf-8"
    # Where a terminal knows ASCII alone, its user sees escapes and no traceback.
    shown = shown.encode(encoding, "backslashreplace").decode(encoding)
    print(shown, end=end, file=stream, flush=True)


def csv_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: text that begins as one is quoted."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
        return f"'{value}"
    return value
