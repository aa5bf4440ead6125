"""``causattn run`` and ``sweep`` as a Hydra application, and what Hydra learns of causattn.

Hydra reads ``sys.argv`` and prints errors in its own words. `launch` hands it the arguments behind
the subcommand and takes every error out of its hands.

Names follow from the content. ``${causattn.key:n}`` is the first n digits of the hash of the
resolved configuration: the identity of a job. ``${causattn.job:}`` names a job's folder by its
overrides and that identity, so that the same job of a repeated sweep finds it again.
``${causattn.sweep:...}`` names a sweep by its overrides, so that the same command
finds it again. ``${causattn.either:a,b}`` is a, or b where a is null.

A plugin, an installed package or a new file in a room needs no YAML: its option is its settings
with their defaults. Hydra finds it in a `ConfigSource` behind the folders, so that a file of the
same name, where there is one, goes first. A contribution is imported when it is chosen, not when it
is listed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.experimental.callback import Callback
from hydra.plugins.config_source import ConfigResult, ConfigSource
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import DictConfig, OmegaConf

from causattn.base import (
    ArtefactError,
    ConfigError,
    content_key,
    default_values,
    plugin_checksums,
    plugin_names,
)
from causattn.cli import compose
from causattn.cli.compose import of_groups

if TYPE_CHECKING:
    from causattn.cli.progress import Progress


_SCHEME = "causattn"
SESSION = "CAUSATTN_SESSION"
"""Environment variable by which the jobs of one call know each other."""
STOP = "CAUSATTN_STOP"
"""Environment variable of the jobs of a sweep that is to end when one of them fails."""


def register_names() -> None:
    """Make the resolvers known; also needed in every worker process of a launcher."""
    OmegaConf.register_new_resolver("causattn.either", _either, replace=True)
    OmegaConf.register_new_resolver("causattn.key", _key, replace=True)
    OmegaConf.register_new_resolver("causattn.job", _job, replace=True)
    OmegaConf.register_new_resolver("causattn.sweep", sweep_name, replace=True, use_cache=True)


def _either(value: object, otherwise: object) -> object:
    """Return `value`, or `otherwise` where it is null."""
    return otherwise if value is None else value


def _key(digits: int, *, _root_: DictConfig) -> str:
    """Return the first digits of the hash of the configuration, resolved where it can be."""
    from omegaconf.errors import OmegaConfBaseException

    from causattn.results import config_key

    names = [str(key) for key in _root_ if key != "hydra"]
    masked = OmegaConf.masked_copy(_root_, names)
    try:
        container = OmegaConf.to_container(masked, resolve=True)
    except OmegaConfBaseException:  # said by the job itself, as a sentence
        container = OmegaConf.to_container(masked, resolve=False)
    assert isinstance(container, dict)
    return config_key({str(key): value for key, value in container.items()})[: int(digits)]


def _job(*, _root_: DictConfig) -> str:
    """Return the name of a job's folder: that of its earlier one, or one that says what it is."""
    from causattn.cli.prepared import folder_name
    from causattn.cli.progress import job_folders

    key = _key(16, _root_=_root_)
    there = job_folders(Path(str(_root_.hydra.sweep.dir)))
    return there.get(key) or folder_name(_root_.hydra.overrides.task, key)


def sweep_name(experiment: str | None, overrides: Sequence[str]) -> str:
    """Return a sweep's name: its experiment's, and the hash of its overrides in any order.

    What changes no result, such as the launcher, changes no name; what plugins hold does.
    The resolver is cached, so that the jobs of a sweep, which see only their own overrides, find
    its folder.
    """
    from causattn.results import WITHOUT_EFFECT

    own = [text for text in map(str, overrides) if _key_of(text) not in WITHOUT_EFFECT]
    held = plugin_checksums(plugin_names())
    return f"{experiment or 'sweep'}_{content_key([*sorted(own), *held])[:8]}"


def _key_of(override: str) -> str:
    """Return the first part of an override's key: ``paths`` of ``+paths.cache=x``."""
    return override.lstrip("+~").partition("=")[0].partition(".")[0]


Names = list[str]
"""Said outside of the class, where `list` is a method."""


class Registered(ConfigSource):
    """What the rooms' registries hold, as options of the groups that choose from them."""

    @staticmethod
    def scheme() -> str:
        """Return what its paths begin with."""
        return _SCHEME

    def available(self) -> bool:
        """Return whether it is there, which it is."""
        return True

    def is_group(self, config_path: str) -> bool:
        """Return whether a path is a group."""
        return config_path.strip("/") in of_groups()

    def is_config(self, config_path: str) -> bool:
        """Return whether a path is an option of a group."""
        group, _, name = config_path.strip("/").removesuffix(".yaml").partition("/")
        room = of_groups().get(group)
        return room is not None and name in room.load()

    def list(self, config_path: str, results_filter: ObjectType | None) -> Names:
        """Return what is below a path: the groups, or a group's options."""
        path = config_path.strip("/")
        if path == "":
            return [] if results_filter is ObjectType.CONFIG else sorted(of_groups())
        if path not in of_groups() or results_filter is ObjectType.GROUP:
            return []
        return sorted(of_groups()[path].load())

    def load_config(self, config_path: str) -> ConfigResult:
        """Return an option: its kind, and its settings with their defaults."""
        group, _, name = config_path.strip("/").removesuffix(".yaml").partition("/")
        contribution: Any = of_groups()[group].load()[name]
        values = default_values(contribution.settings) | {"kind": name}
        return ConfigResult(
            provider=self.provider,
            path=self.full_path(),
            config=OmegaConf.create(values),
            header={"package": None},
        )


class RegisteredPath(SearchPathPlugin):
    """Puts `Registered` behind the folders of configuration files."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Add it at the end."""
        search_path.append(provider=_SCHEME, path=f"{_SCHEME}://")


def register_options() -> None:
    """Make it known to Hydra; does nothing the second time."""
    for plugin in (Registered, RegisteredPath):
        Plugins.instance().register(plugin)


class Sweep(Callback):
    """Remembers the sweep that Hydra begins, whichever sweeper does it."""

    _begun: ClassVar[list[Progress]] = []
    stop: ClassVar[bool] = False
    """Whether the sweep ends when a job fails."""
    command: ClassVar[str] = ""
    """What a person typed."""

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Note the sweep's folder, which only Hydra's own part of the configuration knows."""
        from causattn.cli.progress import Progress

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


def launch(arguments: Sequence[str], *, stop: bool = False) -> int:
    """Run one study, or with ``-m`` a sweep, and return the exit code.

    Parameters
    ----------
    arguments
        What stands behind the command.
    stop
        Whether a sweep ends when a job fails.

    Raises
    ------
    ConfigError
        Where a sweep is to stop and is done by another sweeper than our own, which would go on.
    Exception
        Whatever made a single run end; the errors of a sweep's jobs are said when they happen.
    """
    from causattn.cli import job as job_module

    other = next((text for text in arguments if text.startswith("hydra/sweeper=")), None)
    if stop and other not in (None, "hydra/sweeper=causattn"):
        raise ConfigError(
            "--stop-at-first-failure is for causattn's own sweeper, others go on; leave out "
            f"{other}, or the flag."
        )
    options = _parse(arguments)
    arguments = [*_flags(arguments, options.overrides), *options.overrides]
    # A sweep that an error ended in this process has left both.
    Sweep.take()
    Sweep.stop = stop
    own = [text for text in arguments if text not in ("-m", "--multirun")]
    Sweep.command = shlex.join(["causattn", "sweep", *own])
    job_module.take_failure()
    # The letter keeps Hydra's grammar from reading digits such as 1234e567 as a number.
    session = f"s{uuid.uuid4().hex[:8]}"
    given = list(arguments)
    working = not (options.help or options.hydra_help or options.cfg or options.info)
    if working and not options.shell_completion:
        given.append(f"+hydra.job.env_set.{SESSION}={session}")
        if stop:  # said to the jobs, wherever another sweeper that a file chose starts them
            given.append(f"+hydra.job.env_set.{STOP}=yes")
    register_names()
    several = options.multirun or any("hydra.mode=" in text for text in arguments)
    if several or options.hydra_help or options.info:
        from causattn.cli import sweeper

        sweeper.register()
    register_options()
    with _arguments(given), _whole_errors():
        try:
            hydra.main(
                version_base="1.3", config_path=str(compose.config_folder()), config_name="config"
            )(job_module.job)()
        except SystemExit as leaving:  # --help, --cfg and the like end by themselves
            return int(leaving.code or 0)
        except HydraException as error:
            from causattn.cli.mistakes import all_mistakes

            whole = all_mistakes(arguments, error)
            if whole is not error:
                raise whole from error
            raise
        except BrokenPipeError:
            raise
        except OSError as error:  # a job keeps its own errors, so this is Hydra making folders
            raise ArtefactError(
                f"{error.filename} cannot be written ({error.strerror}); set paths.runs, or "
                "paths.sweeps, to a folder that can."
            ) from error
    if not working or options.shell_completion:
        return 0
    return _result()


def _result() -> int:
    """Raise what made a single run fail, or say how a sweep went."""
    from causattn.cli.job import take_failure

    if (failure := take_failure()) is not None:
        raise failure
    if (progress := Sweep.take()) is None:
        return 0
    from causattn.cli.sweep_page import draw_page

    progress.note_command(Sweep.command)
    draw_page(progress)
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
    return parser.parse_intermixed_args(list(arguments))


def _flags(arguments: Sequence[str], overrides: Sequence[str]) -> list[str]:
    """Return arguments without the overrides, which Hydra cannot read before a flag and after."""
    left = list(overrides)
    return [text for text in arguments if not (left and text == left[0] and left.pop(0))]


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
