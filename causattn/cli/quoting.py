"""Names in other letters than English ones, which Hydra reads only in quotes, get them.

``corpus.label=评分`` and ``corpus.columns=[größe, prix]`` are read as they are typed, without
``'corpus.label="评分"'``. What Hydra reads by itself stays as it is.
"""

from __future__ import annotations

import re

_PARTS = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[][{}(),]|[^][{}(),"']+|["']""")


def quoted(argument: str) -> str:
    """Return an argument of Hydra's with those names in quotes that need them.

    Parameters
    ----------
    argument
        As behind ``causattn run``: an override, or a flag.
    """
    key, equals, value = argument.partition("=")
    if not equals or argument.startswith("-") or value.isascii() or _is_read(argument):
        return argument
    tries = [f"{key}={_each_part(value)}"]
    if value[0] not in "[{\"'":
        tries.append(f"{key}={_in_quotes(value)}")
    return next(filter(_is_read, tries), argument)


def _is_read(override: str) -> bool:
    """Return whether Hydra can read an override."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        OverridesParser.create().parse_override(override)
    except HydraException:
        return False
    return True


def _each_part(value: str) -> str:
    """Return a value with every name of other letters in it in quotes, brackets left alone."""
    made, braces = [], 0
    for part in _PARTS.findall(value):
        braces += (part == "{") - (part == "}")
        before, colon, name = part.partition(":") if braces else ("", "", part)
        if not colon:
            before, name = "", part
        text = name.strip()
        if text.isascii() or text[0] in "\"'":
            made.append(part)
        else:
            made.append(before + colon + name.replace(text, _in_quotes(text)))
    return "".join(made)


def _in_quotes(text: str) -> str:
    """Return text in double quotes as Hydra unquotes it: backslashes count before a quote only."""
    escaped = re.sub(r'(\\*)("|$)', lambda m: 2 * m[1] + ('\\"' if m[2] else ""), text)
    return f'"{escaped}"'
