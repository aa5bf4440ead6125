"""What the configuration's ``${causattn.*:}`` stand for: names that follow from the content.

``${causattn.key:n}`` is the first n digits of the hash of the resolved configuration: the identity
of a job, so that the same job of a repeated sweep finds its folder again. ``${causattn.sweep:...}``
names a sweep by its overrides, so that the same command finds it again.
"""

from collections.abc import Sequence

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from causattn.base import content_key


def register() -> None:
    """Make the resolvers known; also needed in every worker process of a launcher."""
    OmegaConf.register_new_resolver("causattn.key", _key, replace=True)
    OmegaConf.register_new_resolver("causattn.sweep", _sweep, replace=True, use_cache=True)


def _key(digits: int, *, _root_: DictConfig) -> str:
    """Return the first digits of the hash of the configuration, resolved where it can be."""
    from causattn.results import config_key

    names = [str(key) for key in _root_ if key != "hydra"]
    masked = OmegaConf.masked_copy(_root_, names)
    try:
        container = OmegaConf.to_container(masked, resolve=True)
    except OmegaConfBaseException:  # said by the job itself, as a sentence
        container = OmegaConf.to_container(masked, resolve=False)
    assert isinstance(container, dict)
    return config_key({str(key): value for key, value in container.items()})[: int(digits)]


def _sweep(experiment: str | None, overrides: Sequence[str]) -> str:
    """Return a sweep's name: its experiment's, and the hash of its overrides in any order.

    It is cached, so that the jobs of a sweep, which see only their own overrides, find its folder.
    """
    return f"{experiment or 'sweep'}_{content_key(sorted(map(str, overrides)))[:8]}"
