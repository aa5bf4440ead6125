"""``causattn explain errors``: what messages mean, from docs/errors.md, without a network."""

from __future__ import annotations

import re
from pathlib import Path

import causattn
from causattn.base import ArtefactError, ConfigError, nearest_name

PREFIX = "errors"
_SECTION = re.compile(r"^## ([\w-]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def troubles_page() -> Path:
    """Return the page's file: inside the installed package, or beside its source.

    Raises
    ------
    ArtefactError
        Where there is none, which means a broken installation.
    """
    package = Path(causattn.__file__).resolve().parent
    for path in (package / "errors.md", package.parent / "docs" / "errors.md"):
        if path.is_file():
            return path
    raise ArtefactError(f"There is no errors.md in {package}; install causattn again.")


def troubles() -> dict[str, str]:
    """Return the page's sections by name, as they are written."""
    found = _SECTION.findall(troubles_page().read_text(encoding="utf-8"))
    return {name: text.strip() for name, text in found}


def trouble_lines(word: str) -> list[str]:
    """Return what ``errors`` (a list) or ``errors.NAME`` (a section) says.

    Raises
    ------
    ConfigError
        Where there is no such section.
    """
    known = troubles()
    _, _, name = word.partition(".")
    if not name:
        width = max(map(len, known))
        heads = {each: " ".join(_messages(text).split()) for each, text in known.items()}
        return [f"{PREFIX}.{each:<{width}}  {head}" for each, head in heads.items()]
    if name not in known:
        near = nearest_name(name, dict.fromkeys(known))
        hint = f"did you mean {PREFIX}.{near}?" if near else f"causattn explain {PREFIX} lists all."
        raise ConfigError(f"docs/errors.md has no section {name}; {hint}")
    plain = re.sub(r"\*\*?([^*]+)\*\*?", r"\1", known[name])
    return [f"{PREFIX}.{name}", "", *plain.splitlines()]


def _messages(section: str) -> str:
    """Return what a section says of its message."""
    first = section.split("\n\n")[0]
    return re.sub(r"\*", "", first).removeprefix("Message. ")
