"""Overrides read as they are typed, where Hydra's grammar wants quotes or cannot write them.

``corpus.label=评分``, ``corpus.columns=[größe, stars (1-5)]`` and
``features.groups={价格: [便宜]}`` need no ``'corpus.label="评分"'``. What Hydra reads by itself is
left to it. Its grammar has no quotes around the keys of a mapping, and no letters in them but
English ones: such a key goes through it under another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser, create_functions
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

_PLAIN_KEY = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_CALL = re.compile(rf"({'|'.join(create_functions().functions)})\(")
_PREFIX = "causattn_key_"
_CLOSING = {"[": "]", "{": "}", "(": ")"}
_read = OverridesParser.parse_rule


def read_as_typed() -> None:
    """Let Hydra read overrides as they are typed; does nothing the second time."""
    OverridesParser.parse_rule = _parse_rule  # type: ignore[method-assign]


def _parse_rule(self: OverridesParser, s: str, rule_name: str) -> Any:
    """Read an override, with quotes and other names of keys where it cannot be read without."""
    try:
        return _read(self, s, rule_name)
    except HydraException:
        if rule_name != "override":
            raise
        try:
            found = _read(self, _written(s), rule_name)
        except (HydraException, ValueError):
            found = None
        if found is None:
            raise
    assert isinstance(found, Override)
    found.input_line = s
    found.key_or_group = ".".join(map(_typed, found.key_or_group.split(".")))
    found._value = _typed(found._value)
    return found


def _written(argument: str) -> str:
    """Return an override with quotes around what wants them, and keys under other names.

    Raises
    ------
    ValueError
        Where a bracket or a quote is open at its end.
    """
    key, equals, value = argument.partition("=")
    sign = key[: len(key) - len(key.lstrip("+~"))]
    parts = [part if part.isascii() else _renamed(part) for part in key[len(sign) :].split(".")]
    values = list(_parts(value, ","))
    if not any(each.strip() for each in values):  # such as the comma in corpus.delimiter=,
        written = _in_quotes(value) if value else ""
    else:
        written = ",".join(map(_in_grammar, values))
    return f"{sign}{'.'.join(parts)}{equals}{written}"


def _in_grammar(text: str) -> str:
    """Return a value as Hydra reads it."""
    text = text.strip()
    if call := _CALL.match(text):
        inside = map(_in_grammar, _parts(_inside(text, call.end()), ","))
        return f"{call[0]}{','.join(inside)})"
    if text.startswith("["):
        return f"[{','.join(map(_in_grammar, _parts(_inside(text, 1), ',')))}]"
    if text.startswith("{"):
        return f"{{{','.join(map(_pair, _parts(_inside(text, 1), ',')))}}}"
    if text[:1] in ("'", '"'):
        if len(text) < 2 or text[-1] != text[0]:
            raise ValueError(text)
        return text
    return text if text.isascii() and _is_read(text) else _in_quotes(text)


def _pair(text: str) -> str:
    """Return a key and its value as Hydra reads them."""
    key, *rest = _parts(text, ":")
    key = key.strip()
    if not rest:
        raise ValueError(text)
    if len(key) > 1 and key[0] in "\"'" and key[-1] == key[0]:
        key = re.sub(r"\\([\"'\\])", r"\1", key[1:-1])
    name = key if _PLAIN_KEY.fullmatch(key) else _renamed(key)
    return f"{name}:{_in_grammar(':'.join(rest))}"


def _inside(text: str, start: int) -> str:
    """Return what stands between a bracket and the one that closes it, at the end of a text."""
    if text[-1] != _CLOSING[text[start - 1]]:
        raise ValueError(text)
    return text[start:-1]


def _parts(text: str, sign: str) -> Iterator[str]:
    """Yield the parts of a text between signs that stand in no brackets and no quotes."""
    if not text.strip():
        yield text
        return
    start, closing, quote = 0, list[str](), ""
    for place, letter in enumerate(text):
        if quote:
            before = text[:place]
            escaped = (len(before) - len(before.rstrip("\\"))) % 2
            quote = "" if letter == quote and not escaped else quote
        elif letter in "\"'" and text[:place].rstrip()[-1:] in ("", *"[{(,:"):
            quote = letter
        elif letter in "[{" or (letter == "(" and _calls(text[start:place], closing)):
            closing.append(_CLOSING[letter])
        elif closing and letter == closing[-1]:
            closing.pop()
        elif letter == sign and not closing:
            yield text[start:place]
            start = place + 1
    if closing or quote:
        raise ValueError(text)
    yield text[start:]


def _calls(before: str, closing: list[str]) -> bool:
    """Return whether a round bracket is that of a function's call, and not of a name."""
    return bool(closing and closing[-1] == ")") or bool(_CALL.fullmatch(f"{before.strip()}("))


def _is_read(value: str) -> bool:
    """Return whether Hydra can read a value."""
    try:
        _read(OverridesParser.create(), f"key={value}", "override")
    except HydraException:
        return False
    return True


def _in_quotes(text: str) -> str:
    """Return text in double quotes as Hydra unquotes it: backslashes count before a quote only."""
    escaped = re.sub(r'(\\*)("|$)', lambda m: 2 * m[1] + ('\\"' if m[2] else ""), text)
    return f'"{escaped}"'


def _renamed(key: str) -> str:
    """Return a name for a key that Hydra's grammar has no way to write."""
    return _PREFIX + key.encode().hex()


def _typed(value: Any) -> Any:
    """Return what was read with its keys as they were typed."""
    if isinstance(value, str):
        renamed = value.startswith(_PREFIX)
        return bytes.fromhex(value.removeprefix(_PREFIX)).decode() if renamed else value
    if isinstance(value, dict):
        return {_typed(key): _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if isinstance(items := getattr(value, "list", None), list):  # several values of a sweep
        value.list = _typed(items)
    return value
