"""The configuration: where it lies, and how it is put together outside of the command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

import causattn
from causattn.base import ArtefactError


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
    """Return the names of the config groups."""
    return sorted(path.name for path in config_folder().iterdir() if path.is_dir())


def compose_config(overrides: Iterable[str]) -> DictConfig:
    """Return the configuration with overrides as on the command line, not resolved yet."""
    from hydra import compose, initialize_config_dir

    with initialize_config_dir(config_dir=str(config_folder()), version_base="1.3"):
        return compose("config", overrides=list(overrides))


def plain(config: DictConfig) -> dict[str, Any]:
    """Return a configuration as a plain nested dict, every value resolved.

    Raises
    ------
    omegaconf.errors.OmegaConfBaseException
        Where a value is missing or refers to nothing.
    """
    container = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}
