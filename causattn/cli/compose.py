"""The configuration: where it lies, its groups and their rooms, and how it is composed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import causattn
from causattn.base import (
    MISSING,
    ArtefactError,
    ConfigError,
    ConfigMistakes,
    Registry,
    full_names,
    load_plugins,
    missing_key,
    one_line,
    read_yaml,
    settings_from,
)
from causattn.cli.main import Parser, plugins_given

if TYPE_CHECKING:
    from omegaconf import DictConfig


@dataclass(frozen=True)
class RoomListing:
    """A room whose contributions have names.

    Parameters
    ----------
    registry
        Its registry, as ``module:NAME``.
    group
        The group of the configuration whose options are its contributions; None where they are
        values of a key.
    """

    registry: str
    group: str | None = None

    def load(self) -> Registry[Any]:
        """Return its registry."""
        module, _, name = self.registry.partition(":")
        found: Registry[Any] = getattr(import_module(module), name)
        return found


_PLAIN = re.compile(r"-.*|~?[\w./+@]+(=[\w./+,:\[\]{}-]*|)", re.ASCII)
"""Arguments that Hydra can read as they are, whatever they mean."""
_OF_ITSELF = re.compile(r"\+{0,2}\w+\.(kind|network)=")
"""Overrides of what an option is of, which its name says already."""
ROOMS: dict[str, RoomListing] = {
    "corpora": RoomListing("causattn.corpora:CORPORA", "corpus"),
    "models": RoomListing("causattn.models:MODELS", "model"),
    "features": RoomListing("causattn.features:FEATURE_BUILDERS", "features"),
    "measures": RoomListing("causattn.attention:MEASURES"),
    "explainers": RoomListing("causattn.attribution:EXPLAINERS", "attribution"),
    "candidates": RoomListing("causattn.candidates:SELECTORS", "candidates"),
    "discovery": RoomListing("causattn.discovery:ALGORITHMS", "discovery"),
    "tests": RoomListing("causattn.discovery:TESTS"),
    "scores": RoomListing("causattn.discovery:SCORES"),
    "estimators": RoomListing("causattn.effects:ESTIMATORS"),
    "refuters": RoomListing("causattn.effects:REFUTERS"),
    "interventions": RoomListing("causattn.effects:INTERVENTIONS"),
    "path_screens": RoomListing("causattn.circuits:PATH_SCREENS"),
    "path_rules": RoomListing("causattn.circuits:PATH_RULES"),
    "metrics": RoomListing("causattn.graphs:METRICS"),
    "papers": RoomListing("causattn.reproduction:PAPERS"),
}
"""The rooms, in the order of the pipeline, by the name that their entry points have."""


def find(name: str) -> RoomListing:
    """Return a room.

    Raises
    ------
    ConfigError
        Where there is none of this name.
    """
    if name in ROOMS:
        return ROOMS[name]
    near = difflib.get_close_matches(name, ROOMS, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ConfigError(f"causattn has no room {name!r}; {hint}choose one of {', '.join(ROOMS)}.")


def of_groups() -> dict[str, RoomListing]:
    """Return the rooms that a group of the configuration chooses from, by the group."""
    return {room.group: room for room in ROOMS.values() if room.group is not None}


def first_sentence(words: str | None) -> str:
    """Return the first line of a docstring, without the stop at its end."""
    lines: Iterable[str] = (words or "").strip().splitlines() or [""]
    return next(iter(lines)).rstrip(".")


def config_folder() -> Path:
    """Return the folder of ``config.yaml``: inside the installed package, or beside its source.

    Raises
    ------
    ArtefactError
        Where there is none, which means a broken installation.
    """
    package = Path(causattn.__file__).resolve().parent
    for folder in (package / "conf", package.parent / "conf"):
        if (folder / "config.yaml").is_file():
            return folder
    raise ArtefactError(
        f"There is no conf/config.yaml in or beside {package}; install causattn again."
    )


def groups() -> list[str]:
    """Return the names of the config groups, without Hydra's own."""
    folders = (path for path in config_folder().iterdir() if path.is_dir())
    return sorted(path.name for path in folders if path.name != "hydra")


def option_values(path: Path) -> dict[str, Any]:
    """Return what the file of a group's option sets, that of a preset with what it is one of."""
    own = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    values: dict[str, Any] = {}
    for name in own.pop("defaults", ()):
        values |= own if name == "_self_" else option_values(path.with_name(f"{name}.yaml"))
    return values or own


def compose_config(overrides: Iterable[str]) -> DictConfig:
    """Return the configuration with overrides as on the command line, not resolved yet."""
    from hydra import compose, initialize_config_dir

    from causattn.cli.hydra import register_options

    register_options()
    given = with_plugins(list(overrides))
    with initialize_config_dir(config_dir=str(config_folder()), version_base="1.3"):
        return compose("config", overrides=given)


def with_plugins(arguments: Sequence[str]) -> list[str]:
    """Load the plugins that arguments name; return the arguments with them as one override.

    They are loaded before the configuration is put together, since a group's options may be
    theirs. An experiment's file may name plugins, too.

    Parameters
    ----------
    arguments
        As behind ``causattn run``.

    Raises
    ------
    ConfigError
        Where one cannot be loaded, a group is taken out (``~effects``), or an option and what it
        is of contradict each other (``corpus=asia corpus.network=alarm``).
    """
    if any(text.startswith("~") or _OF_ITSELF.match(text) for text in arguments):
        from causattn.cli.refused import refuse_contradictions, refuse_removed_groups

        refuse_removed_groups(arguments)
        refuse_contradictions(arguments)
    if not all(map(_PLAIN.fullmatch, arguments)):
        from causattn.cli.quoting import read_as_typed

        read_as_typed()
    names, rest = plugins_given(arguments)
    experiment = _experiment(rest)
    own = experiment.get("plugins") or []
    names = list(dict.fromkeys(full_names([*([own] if isinstance(own, str) else own), *names])))
    load_plugins(names)
    if {text.partition("=")[0] for text in rest} & experiment.keys():
        from causattn.cli.key_meanings import spare_keys

        rest = [*rest, *spare_keys(experiment, rest)]
    listed = ",".join("'" + name.replace("'", "\\'") + "'" for name in names)
    return [*rest, f"plugins=[{listed}]"] if names else rest


def _experiment(arguments: Sequence[str]) -> dict[str, Any]:
    """Return what the chosen experiment's file holds; empty where none is chosen."""
    parser = Parser(prog="causattn", add_help=False, allow_abbrev=False)
    parser.add_argument("--config-dir", "-cd", type=Path)
    outside, rest = parser.parse_known_args(list(arguments))
    if outside.config_dir and outside.config_dir.is_dir():
        # Before Hydra reads any: it copies what is referred to, and has no bound.
        for path in sorted(outside.config_dir.rglob("*.yaml")):
            _content(path)
    places = [config_folder(), *([outside.config_dir] if outside.config_dir else [])]
    names = [text.partition("=")[2] for text in rest if text.startswith("experiment=")]
    paths = (place / "experiment" / f"{name}.yaml" for name in names for place in places)
    return next((_content(path) for path in paths if path.is_file()), {})


def _content(path: Path) -> dict[str, Any]:
    """Return what a YAML file of the user's holds."""
    try:
        found = read_yaml(path.read_text(encoding="utf-8"), path) or {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({one_line(error)}); write plain YAML.") from None
    if not isinstance(found, dict) or not isinstance(found.get("plugins") or [], str | list):
        raise ConfigError(f"{path} holds no keys with values; write key: value, plugins as a list.")
    return found


def plain(config: DictConfig) -> dict[str, Any]:
    """Return a configuration as a plain nested dict, every value resolved.

    Raises
    ------
    omegaconf.errors.OmegaConfBaseException
        Where a value refers to nothing.
    ConfigError
        Where a value is missing, or a key that belongs to no group is unknown or has a value of the
        wrong type; then with all else that is wrong.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import MissingMandatoryValue

    mistakes = ConfigMistakes()
    try:
        container = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue:
        container = _without_missing(OmegaConf.to_container(config, resolve=True))
        for key in OmegaConf.missing_keys(config):
            mistakes.note(ConfigError(missing_key(key)))
    assert isinstance(container, dict)
    resolved = {str(key): value for key, value in container.items()}
    of_groups = set(groups())
    common = {key: value for key, value in resolved.items() if key not in of_groups}
    with mistakes.noted():
        checked = _checked(common)
    if mistakes:
        with mistakes.noted():  # what else is wrong, so that it is said with it
            from causattn.checks import check_settings

            check_settings({"controls": [], **resolved, "seed": 0})
    mistakes.raise_all()
    resolved["plugins"] = full_names(checked.plugins)
    resolved["controls"] = checked.controls  # none where they are taken out (~controls)
    return resolved


def _without_missing(values: Any) -> Any:
    """Return values without those that must be given and were not."""
    if not isinstance(values, dict):
        return values
    return {key: _without_missing(value) for key, value in values.items() if value != MISSING}


def _checked(common: dict[str, Any]) -> CommonSettings:
    """Return the keys that belong to no group, or raise for all of them that make no sense."""
    checked = settings_from(CommonSettings, common, "")
    mistakes = ConfigMistakes()
    with mistakes.noted():
        if checked.seed < 0:
            raise ConfigError(f"seed={checked.seed} is negative; give 0 or more.")
    with mistakes.noted():
        if checked.threads is not None and checked.threads < 1:
            raise ConfigError(
                f"threads={checked.threads} runs nothing; give 1 or more, or null for all cores."
            )
    with mistakes.noted():
        limits = settings_from(Limits, checked.limits, "limits")
        for name, most in vars(limits).items():
            with mistakes.noted():
                if most is not None and most <= 0:
                    raise ConfigError(
                        f"limits.{name}={most:g} lets nothing run; give more, or null."
                    )
    mistakes.raise_all()
    return checked


@dataclass(frozen=True)
class CommonSettings:
    """The keys of the configuration that belong to no group.

    Parameters
    ----------
    seed
        Every random draw follows from it.
    paths
        Folders of runs, sweeps, the cache and data.
    threads
        Threads of one run, None for all cores.
    workers
        Jobs of a sweep at the same time, where a launcher can.
    quiet, verbose
        Show nothing but the run's folder; show what the libraries underneath say.
    limits
        Most seconds and most memory of a run.
    report
        Draw figures and write the page of each run.
    page
        How much of the corpus a run keeps for its page.
    controls
        What the candidates are compared with.
    plugins
        Files and modules with contributions of one's own.
    """

    seed: int
    paths: dict[str, str]
    threads: int | None = None
    workers: int | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    quiet: bool = False
    verbose: bool = False
    report: bool = True
    page: dict[str, Any] = field(default_factory=dict)
    controls: list[str] = field(default_factory=list)
    plugins: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Limits:
    """Where a run is ended with a reason (see `causattn.cli.limits`).

    Parameters
    ----------
    timeout_s
        Most seconds.
    memory_gb
        Most memory in GB.
    """

    timeout_s: float | None = None
    memory_gb: float | None = None
