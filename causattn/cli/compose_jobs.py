"""The configurations of a sweep's jobs, composed without reading the same files for each of them.

Hydra composes every job from its files, twice, at a third of a second a job. But only the groups'
options choose files: jobs that differ in plain values alone share all of theirs. So Hydra composes
each combination of options once, and a job's values are laid over a copy by Hydra's own function,
in the order in which Hydra itself would.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import ConfigCompositionException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException


class JobComposer:
    """Composes the jobs of one sweep.

    Parameters
    ----------
    loader
        Hydra's loader, which knows where the files lie.
    master
        The sweep's own configuration, as Hydra composed it.
    """

    def __init__(self, loader: ConfigLoader, master: DictConfig) -> None:
        self._loader, self._master = loader, master
        self._parse = lru_cache(maxsize=10_000)(OverridesParser.create().parse_override)
        self._bases: dict[tuple[str, ...], tuple[DictConfig, DictConfig]] = {}

    def compose(self, overrides: Sequence[str]) -> tuple[DictConfig, DictConfig]:
        """Return one job's configuration, not resolved yet, and the one it is a copy of.

        The job's is without Hydra's own part; the other has it, and is the same object for all
        jobs with the same options.

        Parameters
        ----------
        overrides
            The job's overrides, each with one value.

        Raises
        ------
        hydra.errors.HydraException
            Where an override fits no file or key.
        """
        parsed = [self._parse(text) for text in overrides]
        chosen = tuple(str(each.input_line) for each in parsed if self._chooses_file(each))
        if chosen not in self._bases:
            whole = self._loader.load_sweep_config(self._master, list(chosen))
            base = OmegaConf.masked_copy(whole, [str(key) for key in whole if key != "hydra"])
            OmegaConf.set_struct(base, True)
            self._bases[chosen] = whole, base
        whole, base = self._bases[chosen]
        config: DictConfig = copy.deepcopy(base)
        try:
            ConfigLoaderImpl._apply_overrides_to_config(
                [each for each in parsed if not self._chooses_file(each)], config
            )
        except OmegaConfBaseException as error:
            raise ConfigCompositionException(str(error)) from error
        return config, whole

    def _chooses_file(self, override: Override) -> bool:
        """Tell whether an override changes which files make the configuration."""
        return (
            override.is_hydra_override()
            or override.package is not None
            or (self._is_group(override.key_or_group) and not isinstance(override.value(), Mapping))
        )

    def _is_group(self, name: str) -> bool:
        return _group_exists(self._loader, name)


@lru_cache(maxsize=1000)
def _group_exists(loader: Any, name: str) -> bool:
    return bool(loader.repository.group_exists(name))
