"""The rooms that can be added to: where each one's registry is, and which group chooses from it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from causattn.base import ConfigError, Registry


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
