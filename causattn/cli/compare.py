"""``causattn compare FOLDER``: which algorithm wins on what, by how much, how sure."""

from __future__ import annotations

import argparse
import re
import shlex
from dataclasses import replace
from pathlib import Path

from causattn.base import ConfigError, content_key, say
from causattn.cli.main import Parser, parse

_LONGEST = 160
"""Bytes of a folder's name; a file's holds 255."""


def compare(arguments: list[str]) -> int:
    """Write the comparison and say its headlines."""
    parser = Parser(
        prog="causattn compare",
        description="Who wins on what, by how much, how sure: a page with tables and figures.",
    )
    parser.add_argument("folder", type=Path, help="a sweep, runs, or a table of causattn collect")
    parser.add_argument(
        "--by",
        nargs="+",
        default=[],
        metavar="KEY",
        help="what is compared, such as discovery (by default what varies beside corpus and seed)",
    )
    parser.add_argument(
        "--metric",
        nargs="+",
        default=[],
        metavar="FIGURE",
        help="such as shd adjacency_f1, or graph.edges:lower for one not known (default: usual)",
    )
    parser.add_argument(
        "--where",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="only these runs, such as corpus.network=asia,alarm",
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="where to write (FOLDER/comparison by default, and beside it, such as "
        "FOLDER/comparison_corpus.network=asia, what --where, --by or --metric narrowed)",
    )
    parser.add_argument(
        "--note", nargs="+", default=[], help="sentences for the page, such as what it ran on"
    )
    given = parse(parser, arguments)
    if given is None:
        return 0
    from causattn.report import comparison_headlines, write_comparison
    from causattn.results import compare_runs

    found = compare_runs(
        given.folder, by=given.by, metrics=given.metric, where=_conditions(given.where)
    )
    found = replace(found, notes=(*found.notes, *(note.rstrip(".") for note in given.note)))
    place = given.folder if given.folder.is_dir() else given.folder.parent
    command = shlex.join(["causattn", "compare", *arguments])
    page = write_comparison(found, given.output or place / _name(given), command=command)
    for line in comparison_headlines(found):
        say(line.replace("**", ""))
    for note in found.notes:
        say(f"Note: {note}.", error=True)
    say(page)
    return 0


def _name(given: argparse.Namespace) -> str:
    """Return the folder of a comparison: each question has its own."""
    asked = [*given.where, *(f"by={key}" for key in given.by), *given.metric]
    said = [re.sub(r"[^\w=.,-]+", "-", text) for text in asked]
    name = "_".join(["comparison", *said])
    if len(name.encode()) <= _LONGEST:
        return name
    return f"{name.encode()[: _LONGEST - 9].decode(errors='ignore')}_{content_key(asked)[:8]}"


def _conditions(written: list[str]) -> dict[str, str]:
    """Return the conditions by key.

    Raises
    ------
    ConfigError
        For one that is no ``key=value``.
    """
    found = {}
    for text in written:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ConfigError(f"--where {text}: write key=value, such as corpus.network=asia.")
        found[key] = value
    return found
