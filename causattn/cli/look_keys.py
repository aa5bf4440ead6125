"""The keys of ``causattn look``, and how their values are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from causattn.base import ConfigError, nearest_name

KEYS = {
    "model": "a folder that save_pretrained wrote, a name on the hub with an owner, a run's folder "
    "(the model that it trained), or an option of the group model; model.KEY=VALUE sets the rest",
    "swap": "a word and what takes its place: great:dull",
    "hide": "for a masked language model, the word that it is asked for (the last one by default)",
    "explain": "explainers, such as lime,occlusion; all for each (causattn list explainers)",
    "tau": "true: replace the most and the least attended words, compare what that does",
    "typical": "of a file, show so many texts that stand for all others",
    "tree": "true: of a file, a surrogate tree of a classifier over its words",
    "texts": "of a file, how many texts are shown, from the first (20)",
    "seed": "of explainers that draw at random (0)",
    "view": "one part alone: words, heads, model, neurons, matrix, statistics, swap, tau, tree or "
    "typical",
    "output": "the page's file (look.html); one that ends in .png is a picture of it, for which "
    "Chromium or Chrome is needed",
}


def keys_of(words: list[str]) -> dict[str, Any]:
    """Return KEY=VALUE words by key."""
    found: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise ConfigError(
                f"{word} is no KEY=VALUE; put a text of several words into quotation marks."
            )
        room, dot, _ = key.partition(".")
        if key not in KEYS and not (dot and room in ("model", "corpus")):
            near = nearest_name(key, KEYS)
            raise ConfigError(
                f"causattn look has no key {key}; did you mean {near}?"
                if near
                else f"causattn look has no key {key}; choose one of {', '.join(KEYS)}."
            )
        found[key] = value
    return found


def below(room: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a room, values as YAML has them: ``model.long_text=truncate``."""
    import yaml

    return {
        key.partition(".")[2]: yaml.safe_load(value)
        for key, value in keys.items()
        if key.startswith(f"{room}.")
    }


def listed_names(value: Any) -> list[str]:
    """Return names, whether listed or divided by commas."""
    names = value.split(",") if isinstance(value, str) else list(value)
    return [str(name).strip() for name in names if str(name).strip()]


def truth(key: str, value: Any) -> bool:
    """Return whether a key is set.

    Raises
    ------
    ConfigError
        Where it is neither true nor false.
    """
    words = {"true": True, "false": False}
    if str(value).lower() not in words:
        raise ConfigError(f"{key}={value} is neither true nor false; write {key}=true.")
    return words[str(value).lower()]


def whole(key: str, value: Any, least: int) -> int:
    """Return a whole number.

    Raises
    ------
    ConfigError
        Where it is none, or too small.
    """
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise ConfigError(f"{key}={value} is no whole number; give {least} or more.") from None
    if number < least:
        raise ConfigError(f"{key}={value} is too small; give {least} or more.")
    return number
