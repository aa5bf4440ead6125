"""A run's configuration: what it is known by, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from causattn.base import content_key, plugin_checksums

WITHOUT_EFFECT = (
    "launcher",
    "limits",
    "page",
    "paths",
    "plugins",
    "quiet",
    "report",
    "threads",
    "verbose",
    "workers",
)
"""Keys of the configuration that cannot change a result (of plugins, what they hold can)."""


def config_key(config: Mapping[str, Any]) -> str:
    """Return the hash of a resolved configuration, without what cannot change a result.

    Of plugins it has what they hold: a plugin that was changed makes another run, one that was
    moved does not.
    """
    parts = {key: value for key, value in config.items() if key not in WITHOUT_EFFECT}
    if plugins := config.get("plugins"):
        parts["plugins"] = plugin_checksums(plugins)
    return content_key(parts)


def to_yaml(config: Mapping[str, Any]) -> str:
    """Return a plain configuration as YAML, keys in their order."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(dict(config), Dumper=dumper, sort_keys=False, allow_unicode=True))
