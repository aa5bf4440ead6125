"""What the configuration's files say of their keys: the comment above each, and that at the top.

A plugin's options, which have no file, are explained by the docstring of their settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from causattn.base import options_of
from causattn.cli import compose
from causattn.cli.compose import first_sentence, option_values


@dataclass(frozen=True)
class ExplainedKey:
    """A key of the configuration.

    Parameters
    ----------
    name
        As on the command line: ``discovery.alpha``.
    value
        Its value where nothing else is said.
    meaning
        What it does.
    """

    name: str
    value: Any
    meaning: str


def options_in(group: str) -> list[str]:
    """Return the options of a group, those of plugins among them."""
    files = {path.stem for path in (compose.config_folder() / group).glob("*.yaml")}
    room = compose.of_groups().get(group)
    return sorted(files | (set(room.load()) if room else set()))


def option_meaning(group: str, option: str) -> str:
    """Return what an option is."""
    path = compose.config_folder() / group / f"{option}.yaml"
    if path.is_file():
        return " ".join(_top_comment(path.read_text(encoding="utf-8")))
    return first_sentence(compose.of_groups()[group].load()[option].__doc__)


def option_keys(group: str, option: str) -> list[ExplainedKey]:
    """Return the keys of an option, a preset's with those of what it is one of."""
    path = compose.config_folder() / group / f"{option}.yaml"
    if not path.is_file():
        found = options_of(compose.of_groups()[group].load()[option].settings)
        return [ExplainedKey(f"{group}.{each.name}", each.default, each.text) for each in found]
    text = path.read_text(encoding="utf-8")
    if text.startswith("# @package _global_"):
        return []
    own, meanings = yaml.safe_load(text) or {}, dict(_commented(text))
    for name in own.get("defaults", ()):
        if name != "_self_":
            base = {key.name.partition(".")[2]: key.meaning for key in option_keys(group, name)}
            meanings = {**meanings, **base}
    values = {key: value for key, value in option_values(path).items() if key != "kind"}
    return [ExplainedKey(f"{group}.{k}", v, meanings.get(k, "")) for k, v in values.items()]


def common_keys() -> list[ExplainedKey]:
    """Return the keys that belong to no group: ``seed``, ``limits.timeout_s``."""
    text = (
        (compose.config_folder() / "config.yaml")
        .read_text(encoding="utf-8")
        .partition("\nhydra:")[0]
    )
    own = yaml.safe_load(text)
    meanings = dict(_commented(text))
    found = []
    for key, value in own.items():
        if key == "defaults":
            continue
        meaning = meanings.get(key, "")
        if not isinstance(value, dict):
            found.append(ExplainedKey(key, value, meaning))
            continue
        for name, inner in value.items():
            text_of = meanings.get(f"{key}.{name}", "") or meaning
            found.append(ExplainedKey(f"{key}.{name}", inner, text_of))
    return found


def spare_keys(experiment: Mapping[str, Any], arguments: Sequence[str]) -> list[str]:
    """Return overrides that take out what an experiment sets and another chosen option has not.

    So ``experiment=discovery corpus=file`` does not ask a file for the number of documents to draw.
    What the command line itself sets is left to be refused.

    Parameters
    ----------
    experiment
        What its file holds.
    arguments
        As behind ``causattn run``.
    """
    found = []
    for group in compose.groups():
        keys = experiment.get(group)
        chosen = [text.partition("=")[2] for text in arguments if text.startswith(f"{group}=")]
        if not chosen or not isinstance(keys, Mapping):
            continue
        known = options_in(group)
        options = [each for each in chosen[-1].split(",") if each in known]
        if not options:
            continue
        taken = {key.name for option in options for key in option_keys(group, option)}
        for key in keys:
            name = f"{group}.{key}"
            said = any(text.lstrip("+~").startswith((f"{name}=", f"{name}.")) for text in arguments)
            if key != "kind" and name not in taken and not said and f"~{name}" not in arguments:
                found.append(f"~{name}")
    return found


def _top_comment(text: str) -> Iterator[str]:
    """Yield the comment at the top of a file, without what is said for other readers."""
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        words = line.lstrip("# ").strip()
        if not words.startswith(("@package", "Written by make conf", "causattn run")):
            yield words


def _commented(text: str) -> Iterator[tuple[str, str]]:
    """Yield every key of a YAML file, at most one level down, with the comment above it.

    Keys that follow each other without a blank line or a comment share one.
    """
    parent, comment, fresh = "", [""], True
    for line in text.splitlines():
        words = line.strip()
        if not words:
            comment, fresh = [], True
        elif words.startswith("#"):
            comment = [*([] if fresh else comment), words.lstrip("# ")]
            fresh = False
        elif ":" in words and not words.startswith("-"):
            key = words.partition(":")[0]
            nested = line.startswith(" ")
            if not nested:
                parent = key
            yield (f"{parent}.{key}" if nested else key), " ".join(comment)
            fresh = True
