"""All that is wrong with a command's overrides, where Hydra says the first thing only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hydra._internal.utils import get_args_parser
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from causattn.base import ConfigError, several
from causattn.cli.compose import compose_config, groups, plain
from causattn.cli.errors import USER_ERRORS, sentence


def all_mistakes(arguments: Sequence[str], first: HydraException) -> Exception:
    """Return an error with all mistakes of the overrides, or the first one where it is alone.

    Options are tried one by one, then keys beside those options that are there: so a key is not
    called unknown because the option that has it is misspelt. With another configuration than ours
    (``--config-name``) only the first mistake is known.

    Parameters
    ----------
    arguments
        As behind ``causattn run`` or ``sweep``.
    first
        What Hydra said.
    """
    options = get_args_parser().parse_args(list(arguments))
    folder = Path(options.config_dir or ".").absolute()
    if options.config_name or options.config_path or options.package or not folder.is_dir():
        return first
    given = [text for text in options.overrides if "hydra." not in text]
    said: list[str] = []
    good: list[str] = []
    if options.config_dir:
        good.append(f"hydra.searchpath=['file://{folder}']")
    bad: set[str] = set()
    several_jobs = options.multirun
    choices = ("experiment", *groups())
    for chosen in (True, False):
        for text in given:
            key = text.lstrip("+~").partition("=")[0]
            group = key.partition(".")[0]
            there = {one.partition("=")[0] for one in good}
            if (key in choices) is not chosen:
                continue
            if not chosen and bad & {group, "experiment"} - there:
                continue
            for each in _values(text) if several_jobs else [text]:
                if (wrong := _tried([*good, each])) is not None:
                    said.append(wrong)
                    bad.add(key if chosen else "")
                elif key not in {one.lstrip("+~").partition("=")[0] for one in good}:
                    good.append(each)
    try:
        if "experiment" not in bad:  # which sets what goes with the others
            _check(compose_config(good))
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
