"""What ``causattn run`` does, from Python: a whole study, or the settings of one stage."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causattn.base import CausattnError, ConfigError
from causattn.cli.compose import compose_config, plain
from causattn.cli.errors import USER_ERRORS, sentence
from causattn.cli.hydra import register_names
from causattn.cli.job import perform
from causattn.results import config_key

if TYPE_CHECKING:
    from causattn.report import ShownRun


def run_overrides(
    overrides: Iterable[str],
    values: Mapping[str, Any],
    stages: Mapping[str, Callable[..., Any]] | None = None,
) -> ShownRun:
    """Do a study in a new folder below ``paths.runs`` and return its results.

    Parameters
    ----------
    overrides
        As on the command line: ``"experiment=alarm"``, ``"discovery.alpha=0.05"``.
    values
        Values of keys at the top of the configuration, or the option of a group.
    stages
        Own functions to do stages with, see `causattn.data_stages`.

    Raises
    ------
    CausattnError
        Where a setting or an input cannot be used.
    """
    from causattn.report import show_run

    given = _overrides(overrides, values)
    config = configuration(overrides, values)
    moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    name = f"{moment}_{config['corpus'].get('network') or config['corpus']['kind']}"
    folder = Path(config["paths"]["runs"]) / f"{name}_{config_key(config)[:6]}"
    perform(config, folder, overrides=given, stages=stages)
    return show_run(folder)


def options(group: str, name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of one option of a group, as a study would have them.

    Parameters
    ----------
    group
        The group, such as ``"corpus"``.
    name
        The option: a file of the group, or a registered contribution.
    settings
        Values that differ from the option's own.

    Raises
    ------
    ConfigError
        For a name or a setting that there is not, or a value that is needed and missing.
    """
    from omegaconf import OmegaConf

    given = [f"{group}={name}", *(f"{group}.{key}={_written(v)}" for key, v in settings.items())]
    with _sentences():
        chosen = compose_config(given)[group]
        container = OmegaConf.to_container(chosen, resolve=True, throw_on_missing=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}


def model_options(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a model: an option of the group, a folder, or a name on the hub.

    Parameters
    ----------
    name
        Such as ``"tiny_mlm"``, a folder that ``save_pretrained`` wrote, or ``"owner/name"``.
    settings
        Values that differ from the option's own.
    """
    if "/" in name or Path(name).expanduser().is_dir():
        name, settings = "hf", {"path": name, **settings}
    return options("model", name, settings)


@contextmanager
def _sentences() -> Iterator[None]:
    """Raise errors of a configuration as sentences."""
    register_names()
    try:
        yield
    except CausattnError:
        raise
    except USER_ERRORS as error:
        raise ConfigError(sentence(error)) from None


def configuration(overrides: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration that overrides give, as `run_overrides` takes them.

    Raises
    ------
    CausattnError
        Where a setting cannot be used.
    """
    with _sentences():
        return plain(compose_config(_overrides(overrides, values)))


def _overrides(overrides: Iterable[str], values: Mapping[str, Any]) -> list[str]:
    return [*overrides, *(f"{key}={_written(value)}" for key, value in values.items())]


def load_shown(folder: str | Path) -> ShownRun:
    """Return the run in a folder, its graph and attention ready to be shown."""
    from causattn.report import show_run

    return show_run(folder)


def _written(value: object) -> str:
    """Return a Python value as Hydra's grammar writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        pairs = (f"{_written(str(key))}:{_written(item)}" for key, item in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_written, value)) + "]"
    text = str(value)
    if isinstance(value, int | float):
        return text
    special = text.lower() in ("true", "false", "null", "nan", "inf")
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_./-]*", text) and not special:
        return text
    escaped = re.sub(r"(\\*)'", r"\1\1\\'", text)
    escaped = re.sub(r"(\\+)$", r"\1\1", escaped)
    return f"'{escaped}'"
