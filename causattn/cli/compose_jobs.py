"""The configurations of a sweep's jobs, composed without reading the same files for each of them.

Hydra composes every job from its files, twice, at a third of a second a job. But only the groups'
options choose files: jobs that differ in plain values alone share all of theirs. So Hydra composes
each combination of options once, and a job's values are set in a copy.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import lru_cache

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import ConfigCompositionException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException


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
        self._is_group = lru_cache(maxsize=1000)(lambda name: bool(loader.get_group_options(name)))
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
        values = [each for each in parsed if self._sets_value(each)]
        chosen = tuple(str(each.input_line) for each in parsed if each not in values)
        if any(text.startswith(("+", "~")) for text in chosen):  # whose order matters
            values, chosen = [], tuple(overrides)
        if chosen not in self._bases:
            whole = self._loader.load_sweep_config(self._master, list(chosen))
            base = OmegaConf.masked_copy(whole, [str(key) for key in whole if key != "hydra"])
            OmegaConf.set_struct(base, True)
            self._bases[chosen] = whole, base
        whole, base = self._bases[chosen]
        config: DictConfig = copy.deepcopy(base)
        for each in values:
            try:
                OmegaConf.update(config, each.key_or_group, each.value())
            except (ConfigAttributeError, ConfigKeyError) as error:
                raise ConfigCompositionException(
                    f"Could not override '{each.key_or_group}'."
                ) from error
            except OmegaConfBaseException as error:
                raise ConfigCompositionException(str(error)) from error
        return config, whole

    def _sets_value(self, override: Override) -> bool:
        """Return whether an override sets a value, and has no part in which files are read."""
        if override.is_add() or override.is_force_add() or override.is_delete():
            return False
        if override.is_hydra_override() or override.package is not None:
            return False
        return not self._is_group(override.key_or_group) or isinstance(override.value(), Mapping)
