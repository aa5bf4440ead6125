"""All that is wrong with a command's overrides, where Hydra says the first thing only."""

from __future__ import annotations

from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from causattn.base import ConfigError, several
from causattn.cli.compose import compose_config, groups, plain
from causattn.cli.errors import USER_ERRORS, sentence

_MULTIRUN = ("-m", "--multirun")


def all_mistakes(arguments: Sequence[str], first: HydraException) -> Exception:
    """Return an error with all mistakes of the overrides, or the first one where it is alone.

    Options are tried one by one, then keys beside those options that are there: so a key is not
    called unknown because the option that has it is misspelt. With flags of Hydra's, such as
    another folder of files, only the first mistake is known.

    Parameters
    ----------
    arguments
        As behind ``causattn run`` or ``sweep``.
    first
        What Hydra said.
    """
    given = [text for text in arguments if text not in _MULTIRUN and "hydra." not in text]
    if any(text.startswith("-") for text in given):
        return first
    said: list[str] = []
    good: list[str] = []
    bad: set[str] = set()
    several_jobs = len(given) < len(arguments) and bool({*_MULTIRUN} & {*arguments})
    choices = ("experiment", *groups())
    for chosen in (True, False):
        for text in given:
            key = text.lstrip("+~").partition("=")[0]
            group = key.partition(".")[0]
            there = {one.partition("=")[0] for one in good}
            if (key in choices) is not chosen or bad & {group, "experiment"} - there:
                continue
            for each in _values(text) if several_jobs else [text]:
                if (wrong := _tried([*good, each])) is not None:
                    said.append(wrong)
                    bad.add(key if chosen else "")
                elif key not in {one.lstrip("+~").partition("=")[0] for one in good}:
                    good.append(each)
    try:
        config = compose_config(good)
        _check(config)
    except USER_ERRORS as error:
        said += getattr(error, "mistakes", [sentence(error)])
    said = list(dict.fromkeys([sentence(first), *said]))
    return several(said) if len(said) > 1 else first


def _values(override: str) -> list[str]:
    """Return an override once for each of its values."""
    try:
        read = OverridesParser.create().parse_override(override)
    except HydraException:
        return [override]
    if not read.is_discrete_sweep():
        return [override]
    return [f"{read.get_key_element()}={value}" for value in read.sweep_string_iterator()]


def _tried(overrides: Sequence[str]) -> str | None:
    """Return what is wrong with the last of some overrides, None where nothing is."""
    try:
        compose_config(overrides)
    except (HydraException, OmegaConfBaseException, ConfigError) as error:
        return sentence(error)
    return None


def _check(config: DictConfig) -> None:
    """Raise where values make no sense."""
    from causattn.checks import check_settings

    check_settings(plain(config))
