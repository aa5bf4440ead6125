"""`run_overrides`: what ``causattn run`` does, from Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from causattn.base import CausattnError, ConfigError
from causattn.cli import resolvers
from causattn.cli.compose import compose_config, plain
from causattn.cli.errors import USER_ERRORS, sentence
from causattn.cli.job import perform
from causattn.report import ShownRun, show_run
from causattn.results import config_key


def run_overrides(overrides: Iterable[str], values: Mapping[str, Any]) -> ShownRun:
    """Do a study in a new folder below ``paths.runs`` and return its results.

    Parameters
    ----------
    overrides
        As on the command line: ``"experiment=alarm"``, ``"discovery.alpha=0.05"``.
    values
        Values of keys at the top of the configuration, or the option of a group.

    Raises
    ------
    CausattnError
        Where a setting or an input cannot be used.
    """
    given = _overrides(overrides, values)
    config = configuration(overrides, values)
    moment = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    name = f"{moment}_{config['corpus'].get('network') or config['corpus']['kind']}"
    folder = Path(config["paths"]["runs"]) / f"{name}_{config_key(config)[:6]}"
    perform(config, folder, overrides=given)
    return show_run(folder)


def configuration(overrides: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration that overrides give, as `run_overrides` takes them.

    Raises
    ------
    CausattnError
        Where a setting cannot be used.
    """
    resolvers.register()
    try:
        return plain(compose_config(_overrides(overrides, values)))
    except CausattnError:
        raise
    except USER_ERRORS as error:
        raise ConfigError(sentence(error)) from None


def _overrides(overrides: Iterable[str], values: Mapping[str, Any]) -> list[str]:
    return [*overrides, *(f"{key}={_written(value)}" for key, value in values.items())]


def load_shown(folder: str | Path) -> ShownRun:
    """Return the run in a folder, its graph and attention ready to be shown."""
    return show_run(folder)


def _written(value: object) -> str:
    """Return a Python value as Hydra's grammar writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_written(item)}" for key, item in value.items()) + "}"
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
