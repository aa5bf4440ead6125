"""The rooms that can be added to: where each one's registry is, and which group chooses from it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from causattn.base import ConfigError, Registry


@dataclass(frozen=True)
class Room:
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


ROOMS: dict[str, Room] = {
    "corpora": Room("causattn.corpora:CORPORA", "corpus"),
    "models": Room("causattn.models:MODELS", "model"),
    "features": Room("causattn.features:FEATURE_BUILDERS", "features"),
    "measures": Room("causattn.attention:MEASURES"),
    "explainers": Room("causattn.attribution:EXPLAINERS", "attribution"),
    "candidates": Room("causattn.candidates:SELECTORS", "candidates"),
    "discovery": Room("causattn.discovery:ALGORITHMS", "discovery"),
    "tests": Room("causattn.discovery:TESTS"),
    "scores": Room("causattn.discovery:SCORES"),
    "estimators": Room("causattn.effects:ESTIMATORS"),
    "refuters": Room("causattn.effects:REFUTERS"),
    "interventions": Room("causattn.effects:INTERVENTIONS"),
    "metrics": Room("causattn.graphs:METRICS"),
    "papers": Room("causattn.reproduction:PAPERS"),
}
"""The rooms, in the order of the pipeline, by the name that their entry points have."""


def find(name: str) -> Room:
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


def of_groups() -> dict[str, Room]:
    """Return the rooms that a group of the configuration chooses from, by the group."""
    return {room.group: room for room in ROOMS.values() if room.group is not None}


def first_sentence(words: str | None) -> str:
    """Return the first line of a docstring, without the stop at its end."""
    lines: Iterable[str] = (words or "").strip().splitlines() or [""]
    return next(iter(lines)).rstrip(".")
