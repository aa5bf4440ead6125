"""Options of config groups that have no file: each contribution's settings, with their defaults.

A plugin, an installed package or a new file in a room needs no YAML. Hydra finds its option in a
`ConfigSource` behind the folders, so that a file of the same name, where there is one, goes first.
A contribution is imported when it is chosen, not when it is listed.
"""

from __future__ import annotations

from typing import Any

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult, ConfigSource
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import OmegaConf

from causattn.base import default_values
from causattn.cli.rooms import of_groups

_SCHEME = "causattn"
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


def register() -> None:
    """Make it known to Hydra; does nothing the second time."""
    for plugin in (Registered, RegisteredPath):
        Plugins.instance().register(plugin)
