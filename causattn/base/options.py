"""What a settings dataclass offers: its options in order, each with its default and its meaning.

The dataclass is the one source. `settings_from` checks a configuration against it, and the files
of a config group with their comments are written from it (``make conf``).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from causattn.base.settings import default_values


@dataclass(frozen=True)
class Option:
    """One option.

    Parameters
    ----------
    name
        Its key.
    default
        Its value in a configuration where none is set; `MISSING` where one must be.
    text
        What it means, as a person reads it in a configuration; options that are explained together
        have the same text.
    """

    name: str
    default: Any
    text: str


def options_of(settings: type) -> tuple[Option, ...]:
    """Return the options of a settings dataclass: its own first, then those it shares.

    Parameters
    ----------
    settings
        A dataclass. Every field, but for ``kind``, is explained in the section Parameters of its
        docstring or of that of a class above it; the nearest one counts.

    Raises
    ------
    ValueError
        Naming the fields that no docstring explains.
    """
    texts: dict[str, str] = {}
    places: dict[str, int] = {}
    for number, part in enumerate(reversed(settings.__mro__)):
        texts |= dict(_parameters(part.__doc__ or ""))
        for name in vars(part).get("__annotations__", {}):
            places.setdefault(name, -number)
    known = {name: value for name, value in default_values(settings).items() if name != "kind"}
    missing = [name for name in known if name not in texts]
    if missing:
        raise ValueError(
            f"{settings.__name__} does not explain {', '.join(missing)}; add them to the section "
            "Parameters of its docstring."
        )
    found = [Option(name, value, texts[name]) for name, value in known.items()]
    return tuple(sorted(found, key=lambda option: places[option.name]))


def summary_of(documented: Any) -> str:
    """Return what stands in a docstring before its first section, each paragraph a line."""
    text = re.split(r"\n\S[^\n]*\n-{3,}\n", inspect.cleandoc(documented.__doc__ or ""))[0]
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n".join(" ".join(_plain(paragraph).split()) for paragraph in paragraphs)


def _parameters(docstring: str) -> Iterator[tuple[str, str]]:
    """Yield names and texts of a numpydoc section Parameters."""
    parts = re.split(r"(?m)^Parameters\n-+\n", inspect.cleandoc(docstring), maxsplit=1)
    if len(parts) == 1:
        return
    section = re.split(r"\n\S[^\n]*\n-{3,}\n", parts[1])[0]
    for names, text in re.findall(r"(?m)^(\w[\w, ]*)\n((?:(?: +[^\n]*)?(?:\n|\Z))+)", section):
        for name in names.split(","):
            yield name.strip(), " ".join(_plain(text).split())


def _plain(text: str) -> str:
    """Return a docstring's text as a configuration's comment says it."""
    text = re.sub(r'``"?([^`]*?)"?``|`([^`]+)`', r"\1\2", text)
    return re.sub(r"\bNone\b", "null", re.sub(r"\b(True|False)\b", lambda m: m[0].lower(), text))
