"""``causattn run`` and ``causattn sweep`` as a Hydra application.

Hydra reads ``sys.argv`` and prints errors in its own words. Around it, this module hands it the
arguments behind the subcommand and takes every error out of its hands.
"""

from __future__ import annotations

import argparse
import os
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import hydra
from hydra._internal.utils import get_args_parser
from hydra.errors import HydraException
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from causattn.base import ArtefactError, ConfigError
from causattn.cli import compose, registered, resolvers
from causattn.cli import job as job_module
from causattn.cli.progress import SESSION, Progress


class Sweep(Callback):
    """Remembers the sweep that Hydra begins, whichever sweeper does it."""

    _begun: ClassVar[list[Progress]] = []

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Note the sweep's folder, which only Hydra's own part of the configuration knows."""
        session = str(config.hydra.job.env_set.get(SESSION, ""))
        folder, report = Path(str(config.hydra.sweep.dir)), bool(config.get("report"))
        self._begun[:] = [Progress(folder, session, report=report)]

    @classmethod
    def current(cls) -> Progress:
        """Return the sweep that runs."""
        return cls._begun[-1]

    @classmethod
    def take(cls) -> Progress | None:
        """Return the last sweep, once; None after a single run."""
        return cls._begun.pop() if cls._begun else None


def launch(arguments: Sequence[str]) -> int:
    """Run one study, or with ``-m`` a sweep, and return the exit code.

    Raises
    ------
    Exception
        Whatever made a single run end; the errors of a sweep's jobs are said when they happen.
    """
    options = _parse(arguments)
    # A sweep that an error ended in this process has left both.
    Sweep.take()
    job_module.take_failure()
    # The letter keeps Hydra's grammar from reading digits such as 1234e567 as a number.
    session = f"s{uuid.uuid4().hex[:8]}"
    given = list(arguments)
    working = not (options.help or options.hydra_help or options.cfg or options.info)
    if working and not options.shell_completion:
        given.append(f"+hydra.job.env_set.{SESSION}={session}")
    resolvers.register()
    several = options.multirun or any("hydra.mode=" in text for text in arguments)
    if several or options.hydra_help or options.info:
        from causattn.cli import sweeper

        sweeper.register()
    registered.register()
    with _arguments(given), _whole_errors():
        try:
            hydra.main(
                version_base="1.3", config_path=str(compose.config_folder()), config_name="config"
            )(job_module.job)()
        except SystemExit as leaving:  # --help, --cfg and the like end by themselves
            return int(leaving.code or 0)
        except (HydraException, BrokenPipeError):
            raise
        except OSError as error:  # a job keeps its own errors, so this is Hydra making folders
            raise ArtefactError(
                f"{error.filename} cannot be written ({error.strerror}); set paths.runs, or "
                "paths.sweeps, to a folder that can."
            ) from error
    if not working or options.shell_completion:
        return 0
    return _result(arguments)


def _result(arguments: Sequence[str]) -> int:
    """Raise what made a single run fail, or say how a sweep went."""
    if (failure := job_module.take_failure()) is not None:
        raise failure
    if (progress := Sweep.take()) is None:
        return 0
    from causattn.cli.sweep_page import draw_page

    draw_page(arguments, progress)
    return progress.say()


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse Hydra's own flags, to know what is wanted and to word what is wrong with them."""

    class HydraParser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            raise ConfigError(
                f"The command line cannot be read: {message}; options are group=option and "
                "key=value, flags are listed by causattn run --hydra-help."
            )

    parser = get_args_parser()
    parser.__class__ = HydraParser
    return parser.parse_args(list(arguments))


@contextmanager
def _arguments(arguments: Sequence[str]) -> Iterator[None]:
    """Let Hydra see only the arguments behind the subcommand."""
    before = sys.argv
    sys.argv = [before[0], *arguments]
    try:
        yield
    finally:
        sys.argv = before


@contextmanager
def _whole_errors() -> Iterator[None]:
    """Let Hydra raise its errors instead of printing them and leaving with exit code 1."""
    before = os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = before
