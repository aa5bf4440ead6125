"""``causattn list``: what there is in each room, from where, by whom, and what it takes."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from causattn.base import MISSING, Entry, Registry, default_values, terminal
from causattn.cli import compose
from causattn.cli.compose import find, first_sentence
from causattn.cli.main import Parser, parse

_WIDTH_OF_A_FILE = 160
_SHORT = 60


def list_contributions(arguments: list[str]) -> int:
    """Print a table a room."""
    parser = Parser(
        prog="causattn list",
        description="What there is to choose from, own contributions among it: where it comes "
        "from, its paper, and its settings with their defaults.",
        epilog=f"Rooms: {', '.join(compose.ROOMS)}.",
    )
    parser.add_argument("room", nargs="?", metavar="ROOM", help="one room only (default: all)")
    given = parse(parser, arguments)
    if given is None:
        return 0
    names = list(compose.ROOMS) if given.room is None else [given.room]
    listed = [find(name) for name in names]
    console = terminal(_WIDTH_OF_A_FILE)
    for room in listed:
        if registry := room.load():
            console.print(_table(registry))
        else:
            console.print(f"{registry.room}: nothing from outside ({registry.where} list)")
    return 0


def _table(registry: Registry[Any]) -> Table:
    """Return a room's contributions, one a row."""
    table = Table(
        title=f"{registry.room}: choose with {registry.where}",
        title_justify="left",
        box=None,
        padding=(0, 2, 0, 0),
    )
    for header in ("name", "from", "what it is", "paper", "takes"):
        table.add_column(header)
    for name, entry in registry.entries().items():
        each = registry[name]
        words = (name, _source(entry), _words(each), _paper(each), _settings(each))
        table.add_row(*map(Text, words))
    return table


def _source(entry: Entry[Any]) -> str:
    """Return where a contribution comes from: causattn, a package or a file."""
    return entry.source.rsplit("/", 1)[-1]


def _words(contribution: Any) -> str:
    """Return what a contribution is: the first line of its docstring."""
    return first_sentence(getattr(contribution, "__doc__", None))


def _paper(contribution: Any) -> str:
    """Return the paper that a contribution is from, shortened."""
    words = str(getattr(contribution, "paper", ""))
    return words if len(words) <= _SHORT else f"{words[:_SHORT].rsplit(' ', 1)[0]} ..."


def _settings(contribution: Any) -> str:
    """Return a contribution's settings as they are set: ``alpha=0.05``."""
    kind = getattr(contribution, "settings", None)
    values = default_values(kind) if isinstance(kind, type) else {}
    values.pop("kind", None)
    said = {key: "(needed)" if value == MISSING else _said(value) for key, value in values.items()}
    return " ".join(f"{key}={value}" for key, value in said.items())


def _said(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
