"""Writes the files of the config groups from the settings dataclasses: ``make conf``.

Every kind of a room is a file ``conf/GROUP/KIND.yaml`` with its options, their defaults and what
they mean, all from the docstring of its settings. A preset is a short file written by hand that
lists only what differs from a kind (``# Preset of bayesnet: ...``), and ``none.yaml`` leaves a room
out. ``python -m causattn.cli.options --check`` fails where a file is not as it would be written.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from causattn.base import Option, options_of, say, summary_of
from causattn.cli.compose import config_folder, of_groups

WRITTEN = "# Written by make conf: change the settings' docstring and defaults instead."
WIDTH = 100

Kinds = Mapping[str, tuple[type, str]]
"""Settings of each kind of a group, and what the kind is."""


def group_kinds(group: str) -> Kinds:
    """Return the kinds of a config group whose files are written from their settings.

    They are those of the room that the group chooses from, and what is no contribution.
    """
    from causattn.attention import CaptureSettings
    from causattn.attribution import AttentionItselfSettings
    from causattn.circuits import DocumentsSettings, HeadsSettings
    from causattn.effects import DowhySettings

    others: dict[str, Kinds] = {
        "attention": {"streamed": _of(None, CaptureSettings)},
        "attribution": {"attention": _of(None, AttentionItselfSettings)},
        "effects": {"dowhy": _of(None, DowhySettings)},
        "graph": {"documents": _of(None, DocumentsSettings), "heads": _of(None, HeadsSettings)},
    }
    room = of_groups().get(group)
    found = {}
    if room is not None:
        registry = room.load()
        native = [name for name, entry in registry.entries().items() if entry.native]
        found = {name: _of(registry[name], registry[name].settings) for name in native}
    return {**found, **others.get(group, {})}


GROUPS = (
    "corpus",
    "model",
    "features",
    "attention",
    "attribution",
    "candidates",
    "discovery",
    "effects",
    "graph",
)
"""The groups whose files are written."""


def option_file(name: str, settings: type, about: str) -> str:
    """Return the file of a kind.

    Parameters
    ----------
    name
        The kind's.
    settings
        Its dataclass.
    about
        What the kind is, a paragraph a line.
    """
    lines = [WRITTEN, *_comment(about), f"kind: {name}"]
    before = ""
    for option in options_of(settings):
        if option.text != before:
            lines += _comment(option.text)
        lines += _entry(option)
        before = option.text
    return "\n".join(lines) + "\n"


def write_groups(folder: Path, *, check: bool = False) -> list[str]:
    """Write the files of all kinds and delete those of kinds that are gone.

    Parameters
    ----------
    folder
        The folder of the groups.
    check
        Write nothing.

    Returns
    -------
    list of str
        The files that were not as they should be, relative to `folder`.
    """
    changed = []
    for group in GROUPS:
        kinds = group_kinds(group)
        for name, (settings, about) in kinds.items():
            path = folder / group / f"{name}.yaml"
            text = option_file(name, settings, about)
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                changed.append(f"{group}/{path.name}")
                if not check:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text, encoding="utf-8")
        for path in sorted((folder / group).glob("*.yaml")):
            if path.stem not in kinds and path.read_text(encoding="utf-8").startswith(WRITTEN):
                changed.append(f"{group}/{path.name}")
                if not check:
                    path.unlink()
    return changed


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` say which are not as they should be."""
    check = "--check" in arguments
    changed = write_groups(config_folder(), check=check)
    for name in changed:
        say(f"conf/{name} {'is not what its settings say; run make conf' if check else 'written'}")
    return int(check and bool(changed))


def _of(contribution: Any, settings: type) -> tuple[type, str]:
    """Return a kind's settings and what it is: in its own words, or in those of its settings."""
    own = contribution if isinstance(contribution, type) else type(contribution)
    first, *more = summary_of(settings).split("\n")
    if contribution is not None and not own.__module__.endswith(".contract"):
        first = summary_of(own).split("\n")[0]
    return settings, "\n".join((first, *more))


def _comment(text: str) -> list[str]:
    """Return text as comment lines."""
    return [
        line
        for paragraph in text.split("\n")
        for line in textwrap.wrap(
            paragraph,
            WIDTH,
            initial_indent="# ",
            subsequent_indent="# ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def _entry(option: Option) -> list[str]:
    """Return an option and its default as lines of YAML."""
    value = option.default
    if isinstance(value, dict) and value:
        return yaml.safe_dump({option.name: value}, sort_keys=False).splitlines()
    return [f"{option.name}: {_value(value)}"]


def _value(value: Any) -> str:
    """Return a default as YAML on one line."""
    if isinstance(value, str) and value.startswith(("???", "${")):
        return value
    return yaml.safe_dump(value, default_flow_style=True, width=1000).split("\n...")[0].strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
