"""What Hydra would do and nobody can mean: a sentence instead."""

from __future__ import annotations

from collections.abc import Sequence

from causattn.base import MISSING, ConfigError
from causattn.cli import compose


def refuse_removed_groups(arguments: Sequence[str]) -> None:
    """Say what to do instead where a group is taken out of the configuration.

    Raises
    ------
    ConfigError
        Such as for ``~effects``.
    """
    for text in arguments:
        name = text.removeprefix("~").partition("=")[0]
        if not text.startswith("~") or name not in (*compose.groups(), "paths"):
            continue
        if (compose.config_folder() / name / "none.yaml").is_file():
            raise ConfigError(f"~{name} is not how a room is left out; say {name}=none.")
        raise ConfigError(f"~{name} takes out what every run needs; leave it out.")


def refuse_contradictions(arguments: Sequence[str]) -> None:
    """Say so where an option is named, and beside it a value that makes it another.

    Raises
    ------
    ConfigError
        Such as for ``corpus=asia corpus.network=alarm``.
    """
    pairs = [text.lstrip("+").partition("=")[::2] for text in arguments]
    chosen = {key: name for key, name in pairs if key in compose.groups()}
    for key, value in pairs:
        group, _, own = key.partition(".")
        path = compose.config_folder() / group / f"{chosen.get(group)}.yaml"
        if own not in ("kind", "network") or not path.is_file():
            continue
        held = compose.option_values(path).get(own)
        if held is None or held in (value.strip("'\""), MISSING):
            continue
        if own == "kind" and (path.with_name(f"{value}.yaml")).is_file():
            mend = f"say {group}={value}"
        elif own == "network":
            mend = f"say {group}=bayesnet {key}={value}, or leave one of them out"
        else:
            continue
        raise ConfigError(
            f"{group}={chosen[group]} and {key}={value} contradict each other; {mend}."
        )
