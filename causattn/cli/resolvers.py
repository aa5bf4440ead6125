"""What the configuration's ``${causattn.*:}`` stand for: names that follow from the content.

``${causattn.key:n}`` is the first n digits of the hash of the resolved configuration: the identity
of a job, so that the same job of a repeated sweep finds its folder again. ``${causattn.sweep:...}``
names a sweep by its overrides, so that the same command finds it again. ``${causattn.either:a,b}``
is a, or b where a is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from causattn.base import content_key, plugin_checksums, plugin_names

if TYPE_CHECKING:
    from omegaconf import DictConfig


def register() -> None:
    """Make the resolvers known; also needed in every worker process of a launcher."""
    from omegaconf import OmegaConf

    OmegaConf.register_new_resolver("causattn.either", _either, replace=True)
    OmegaConf.register_new_resolver("causattn.key", _key, replace=True)
    OmegaConf.register_new_resolver("causattn.sweep", sweep_name, replace=True, use_cache=True)


def _either(value: object, otherwise: object) -> object:
    """Return `value`, or `otherwise` where it is null."""
    return otherwise if value is None else value


def _key(digits: int, *, _root_: DictConfig) -> str:
    """Return the first digits of the hash of the configuration, resolved where it can be."""
    from omegaconf import OmegaConf
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
