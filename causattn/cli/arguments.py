"""Arguments: of the commands that are not Hydra's, and ``--plugins``, which every command takes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from causattn.base import ConfigError, load_plugins

_PLUGINS = "a Python file or module with contributions of your own; may be repeated"
_OVERRIDE = re.compile(r"\+{0,2}plugins=")


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are sentences."""

    def error(self, message: str) -> NoReturn:
        """Raise the error as a sentence.

        Raises
        ------
        ConfigError
            Always.
        """
        raise ConfigError(f"{self.prog} cannot be understood: {message}; see {self.prog} --help.")


def parse(
    parser: Parser, arguments: list[str], *, intermixed: bool = False
) -> argparse.Namespace | None:
    """Return the parsed arguments, plugins loaded; None where only help was wanted.

    Parameters
    ----------
    parser
        The command's own parser.
    arguments
        What stands behind the command.
    intermixed
        Whether flags may stand between words that belong together.
    """
    _add_plugins(parser)
    try:
        read = parser.parse_intermixed_args if intermixed else parser.parse_args
        given = read(arguments)
    except SystemExit:
        return None
    load_plugins(given.plugins)
    return given


def plugins_given(overrides: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the plugins that arguments of Hydra's name, and the arguments without them.

    Parameters
    ----------
    overrides
        As behind ``causattn run``: ``--plugins mine.py`` and ``plugins=[mine.py]`` are the same.

    Raises
    ------
    ConfigError
        Where ``plugins=`` is no list of names.
    """
    parser = Parser(prog="causattn", add_help=False, allow_abbrev=False)
    _add_plugins(parser)
    given, rest = parser.parse_known_args(list(overrides))
    names = list(given.plugins)
    for text in filter(_OVERRIDE.match, rest):
        names += _names(text)
    return names, [text for text in rest if not _OVERRIDE.match(text)]


def _add_plugins(parser: Parser) -> None:
    parser.add_argument(
        "--plugins", action="append", default=[], metavar="FILE.py|MODULE", help=_PLUGINS
    )


def _names(override: str) -> list[str]:
    """Return the names in ``plugins=[a.py,b]``."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        value = OverridesParser.create().parse_override(override).value()
    except HydraException:
        value = None
    if not isinstance(value, list) or not all(isinstance(name, str) for name in map(str, value)):
        raise ConfigError(f"{override} is no list of plugins; write plugins=[mine.py,my_module].")
    return [str(name) for name in value]
