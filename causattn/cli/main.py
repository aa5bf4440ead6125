"""`main`: which command, its arguments, and what becomes of its errors.

========== ========================================================= ==========
ends       because                                                   exit code
========== ========================================================= ==========
well                                                                 0
badly      of a bug: a line, the traceback beside the run            1
badly      of something the user can mend: one sentence              2
badly      one job of a sweep failed                                 3
early      of Ctrl-C (SIGINT), or SIGTERM                            130, 143
========== ========================================================= ==========

Nothing heavy is imported before it is known what is wanted: ``causattn --help`` answers at once.
Commands that are not Hydra's have a `Parser`; ``--plugins`` is every command's.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from types import FrameType
from typing import NoReturn

from causattn.base import ConfigError, say

_USAGE = """\
causattn turns the attention of a transformer over a corpus into a causal graph, every edge checked.

  causattn run   [group=option] [key=value] ...   one study, for example
                                                  causattn run corpus=alarm discovery=ges seed=3
  causattn sweep [group=a,b] [key=1,2] ...        every combination; again: only what is missing
  causattn init NAME [--file PATH]                a study of your own texts, its choices explained
  causattn look TEXT|FILE [model=PATH]            what a model makes of a sentence, as a page
  causattn collect FOLDER                         one table over all runs in a folder
  causattn report RUN|SWEEP|RUN RUN               a page on a run, a sweep, or two runs side by side
  causattn export RUN FILE ...                    its graph, evidence or pictures for other programs
  causattn compare FOLDER [--by KEY ...]          who wins on what, by how much, how sure
  causattn reproduce NAME | list | all            a paper's figures beside ours
  causattn cache [list|explain|prune]             what is stored so as not to be computed twice
  causattn explain WORD                           what a group, an option or a key means
  causattn explain errors                         common messages: cause and mend
  causattn list [ROOM]                            algorithms, measures, corpora ..., own ones too

  causattn run --help        all groups, options and keys, and what they mean
  causattn run --cfg job     the configuration that would run
  causattn COMMAND --help    the same for the other commands
  causattn --version

  --plugins FILE.py|MODULE   algorithms, measures, corpora ... of your own, for any command
  --stop-at-first-failure    end a sweep when one of its jobs fails
  --traceback                show the traceback of an error (or set CAUSATTN_TRACEBACK=1)
  eval "$(causattn run -sc install=bash)"         completes groups and keys with the tab key
"""

_OWN = {
    "init": "init",
    "look": "look",
    "collect": "collect",
    "compare": "compare",
    "report": "report",
    "export": "export",
    "explain": "explain",
    "cache": "cache",
    "reproduce": "reproduce",
    "list": "list_contributions",
}
"""Commands with a parser of their own, and their functions in ``causattn.cli.COMMAND``."""

TRACEBACK = "CAUSATTN_TRACEBACK"
_STOP = "--stop-at-first-failure"


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Parameters
    ----------
    arguments
        What stands behind ``causattn`` on the command line; that of this process by default.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if "--traceback" in given:
        given.remove("--traceback")
        os.environ[TRACEBACK] = "1"
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows ASCII alone (LC_ALL=POSIX) gets escapes for the rest.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    previous = signal.getsignal(signal.SIGTERM)
    try:
        signal.signal(signal.SIGTERM, _terminate)
    except ValueError:  # not in the main thread: whoever started the thread looks after signals
        previous = None
    try:
        return _guarded(given)
    finally:
        if previous is not None:
            signal.signal(signal.SIGTERM, previous)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _guarded(given: list[str]) -> int:
    """Do the command; say its errors."""
    try:
        return _dispatch(given)
    except KeyboardInterrupt as error:
        say(str(error) or "Interrupted.", error=True)
        return 143 if isinstance(error, Terminated) else 130
    except BrokenPipeError:  # the reader, such as head, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from causattn.cli.errors import explain

        return explain(error)


def _dispatch(given: list[str]) -> int:
    """Do the command."""
    command, rest = (given[0], given[1:]) if given else ("--help", [])
    if command in ("-h", "--help", "help"):
        say(_USAGE, end="")
        return 0
    if command == "--version":
        from causattn import __version__

        say(f"causattn {__version__}")
        return 0
    commands: dict[str, Callable[[list[str]], int]] = {
        "run": _run,
        "sweep": _sweep,
        **{name: partial(_own, name) for name in _OWN},
    }
    if command in ("-sc", "--shell-completion"):
        from causattn.cli.completion import complete

        return complete(rest, list(commands))
    if command not in commands:
        import difflib

        near = difflib.get_close_matches(command, commands, n=1)
        hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(commands)}."
        raise ConfigError(f"causattn has no command {command!r}; {hint}")
    _check_surroundings(rest)
    return commands[command](rest)


def _check_surroundings(rest: list[str]) -> None:
    """Raise where the current folder was deleted, or an argument is no text in the encoding."""
    try:
        os.getcwd()
    except FileNotFoundError:
        raise ConfigError(
            "The current folder was deleted; change to one that is there (cd ...)."
        ) from None
    for text in rest:
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ConfigError(
                f"{text} has letters that are no {sys.getfilesystemencoding()}, the encoding here; "
                "set LC_ALL=C.UTF-8 or PYTHONUTF8=1, or use other names."
            )


def _run(rest: list[str]) -> int:
    from causattn.cli.compose import with_plugins

    rest = with_plugins(rest)
    if _helped(rest):
        return 0
    from causattn.cli.hydra import launch

    return launch(rest)


def _helped(rest: list[str]) -> bool:
    """Explain groups and keys where help is wanted, and nothing of Hydra's."""
    if not {"--help", "-h"} & set(rest):
        return False
    from causattn.cli.explain import say_help

    return say_help(rest)


def _sweep(rest: list[str]) -> int:
    from causattn.cli.compose import with_plugins

    stop, rest = _STOP in rest, [text for text in rest if text != _STOP]
    rest = with_plugins(rest)
    if _helped(rest):
        return 0
    from causattn.cli.hydra import launch

    multirun = [] if {"-m", "--multirun", "--cfg", "-c", "--help", "-h"} & set(rest) else ["-m"]
    return launch([*multirun, *rest], stop=stop)


def _own(name: str, rest: list[str]) -> int:
    """Do a command that is not Hydra's: the function of its name in the module of its name."""
    module = import_module(f"causattn.cli.{name}")
    done: int = getattr(module, _OWN[name])(rest)
    return done


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
    parser: Parser, arguments: list[str], *, intermixed: bool = True
) -> argparse.Namespace | None:
    """Return the parsed arguments, plugins loaded; None where only help was wanted.

    Parameters
    ----------
    parser
        The command's own parser.
    arguments
        What stands behind the command.
    intermixed
        Whether flags may stand between the words; not where a command has commands of its own.
    """
    _add_plugins(parser)
    try:
        read = parser.parse_intermixed_args if intermixed else parser.parse_args
        given = read(arguments)
    except SystemExit:
        return None
    from causattn.base import load_plugins

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
    if not isinstance(value, list):
        raise ConfigError(f"{override} is no list of plugins; write plugins=[mine.py,my_module].")
    return [str(name) for name in value]
