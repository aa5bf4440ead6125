"""``causattn cache``: what is stored so as not to be computed twice."""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from causattn.base import ConfigError, choose, say, size_in_words
from causattn.cli.main import Parser, parse

if TYPE_CHECKING:
    from causattn.results import CacheEntry

_DAY = 86_400.0


def cache(arguments: list[str]) -> int:
    """List, explain or prune the artefacts of the store."""
    parser = Parser(prog="causattn cache", description="What is stored so as not to be done twice.")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(os.environ.get("CAUSATTN_CACHE", "results/cache")),
        help="the store (paths.cache of the runs; %(default)s)",
    )
    commands = parser.add_subparsers(dest="command", parser_class=Parser)
    commands.add_parser("list", help="all artefacts, the last used first (default)")
    explain = commands.add_parser(
        "explain", help="what an artefact was made from, and how it differs from its nearest"
    )
    explain.add_argument("key", help="the artefact's key, or its first digits")
    prune = commands.add_parser("prune", help="delete artefacts")
    prune.add_argument("--days", type=float, help="those not used for so many days")
    prune.add_argument("--kind", help="those of this kind only, such as model or checkpoint")
    prune.add_argument("--all", action="store_true", help="every one of them")
    given = parse(parser, arguments, intermixed=False)
    if given is None:
        return 0
    if given.command == "explain":
        return _explain(given.cache, given.key)
    if given.command == "prune":
        return _prune(given)
    return _list(given.cache)


def _list(store: Path) -> int:
    from causattn.results import list_artefacts

    entries = list_artefacts(store)
    for entry in entries:
        size = size_in_words(entry.bytes)
        say(f"{entry.kind:<12} {entry.key}  {size:>9}  used {_ago(entry.used)}")
    total = sum(entry.bytes for entry in entries)
    say(f"{len(entries)} artefacts, {size_in_words(total)}, in {store}")
    return 0


def _explain(store: Path, key: str) -> int:
    from causattn.results import differences, find_artefact, list_artefacts, nearest

    entry = find_artefact(store, key)
    say(f"{entry.kind} {entry.key} was made from")
    say(json.dumps(dict(entry.parts), indent=2, ensure_ascii=False))
    other = nearest(entry, list_artefacts(store))
    if other is None:
        say(f"It is the only {entry.kind} in the store.")
        return 0
    say(f"It was not taken from {other.key}, the nearest {entry.kind}, because")
    for name, (here, there) in differences(entry, other).items():
        say(f"  {name} is {_short(here)} here and {_short(there)} there")
    return 0


def _prune(given: argparse.Namespace) -> int:
    from causattn.results import list_artefacts, prune

    if not given.all and given.days is None and given.kind is None:
        raise ConfigError(
            "causattn cache prune does not know what to delete; say --days N, --kind KIND or --all."
        )
    if given.days is not None and not given.days >= 0:
        raise ConfigError(f"--days {given.days:g} is no age; give 0 or more days.")
    kinds = sorted({entry.kind for entry in list_artefacts(given.cache)})
    if given.kind is not None and kinds:
        choose(given.kind, dict.fromkeys(kinds), "--kind")
    before = time.time() - (given.days or 0.0) * _DAY

    def unwanted(entry: CacheEntry) -> bool:
        return entry.used <= before and given.kind in (None, entry.kind)

    gone = prune(given.cache, unwanted)
    say(
        f"{len(gone)} artefacts deleted, {size_in_words(sum(entry.bytes for entry in gone))} freed."
    )
    return 0


def _ago(moment: float) -> str:
    seconds = max(0.0, time.time() - moment)
    for unit, length in (("days", _DAY), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit} ago"
    return "just now"


def _short(value: object) -> str:
    return "not there" if value is None else json.dumps(value, ensure_ascii=False)
