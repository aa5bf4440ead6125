"""From an exception to one sentence: what is wrong, where, and how to mend it.

Hydra and OmegaConf say what is wrong over several lines and in their own terms; here their errors
become sentences of the same form as causattn's own.
"""

import difflib
import os
import re
import traceback
from collections.abc import Iterable

from hydra.errors import (
    ConfigCompositionException,
    HydraException,
    MissingConfigException,
    OverrideParseException,
)
from omegaconf.errors import (
    InterpolationKeyError,
    InterpolationResolutionError,
    MissingMandatoryValue,
    OmegaConfBaseException,
)

from causattn.base import CausattnError, missing_key, one_line, say

_LAUNCHERS = {
    "joblib": "joblib",
    "ray": "ray",
    "submitit_local": "submitit",
    "submitit_slurm": "slurm",
}
_EXTRAS = {"submitit": "slurm"}
USER_ERRORS = (CausattnError, HydraException, OmegaConfBaseException)


def explain(error: Exception) -> int:
    """Print what a person needs to know of `error` on standard error; return the exit code."""
    if os.environ.get("CAUSATTN_TRACEBACK") == "1":
        say("".join(traceback.format_exception(error)), error=True)
    if said := getattr(error, "mistakes", ()):
        say(f"{len(said)} mistakes:", error=True)
        for text in said:
            say(f"  {one_line(text)}", error=True)
        return 2
    if isinstance(error, USER_ERRORS):
        say(sentence(error), error=True)
        return 2
    notes = " ".join(getattr(error, "__notes__", ())) or (
        "run it again with --traceback to see where; more: causattn explain errors.unexpected."
    )
    say(
        f"causattn failed unexpectedly ({type(error).__name__}: {one_line(str(error))}); {notes}",
        error=True,
    )
    return 1


def sentence(error: BaseException) -> str:
    """Return one sentence for an error that a user can mend."""
    return one_line(_worded(error))


def _worded(error: BaseException) -> str:
    """Return an error's sentence, in which names stand as they were read."""
    if isinstance(error, CausattnError):
        return str(error)
    if isinstance(error, MissingConfigException):
        return _missing_config(error)
    if isinstance(error, MissingMandatoryValue):
        key = _full_key(error) or one_line(str(error)).rsplit(" ", 1)[-1]
        return missing_key(key)
    if isinstance(error, OverrideParseException):
        return (
            f"The override {error.override!r} cannot be read ({_first_line(str(error))}); write "
            "key=value, and put a value with special characters in quotes: 'key=\"value\"'."
        )
    if isinstance(error, InterpolationKeyError | InterpolationResolutionError):
        where = f"{_full_key(error)}: " if _full_key(error) else ""
        return f"{where}{_first_line(str(error)).rstrip('.')}; mend the ${{...}} in its value."
    if found := re.match(r"Ambiguous value for argument '(.*)'$", _first_line(str(error))):
        key, _, value = found.group(1).partition("=")
        return (
            f"{key}={value} gives several values to one run; run them all with causattn sweep, or "
            f"write a list as '{key}=[{value}]'."
        )
    if found := re.match(r"Sweep parameters '(.*)' requires --multirun", _first_line(str(error))):
        return f"{found.group(1)} stands for several values; run them all with causattn sweep."
    if isinstance(error, ConfigCompositionException):
        return _composition(error)
    where = f" (at {_full_key(error)})" if _full_key(error) else ""
    return f"{one_line(str(error)).rstrip('.')}{where}; see causattn run --help."


def _missing_config(error: MissingConfigException) -> str:
    """Word an option that a group does not have, or a group that is not there."""
    missing = str(error.missing_cfg_file or "")
    group, _, option = missing.rpartition("/")
    if group == "hydra/launcher" and option in _LAUNCHERS:
        name = _LAUNCHERS[option]
        return (
            f"launcher={name} is not installed here; install it with "
            f"pip install 'causattn[{_EXTRAS.get(name, name)}]'."
        )
    options = [str(name) for name in error.options or ()]
    if group and options:
        listed, near = ", ".join(options), _near(option, options)
        mine = not near and group != "experiment"
        own = "; --plugins FILE.py names a file of your own" if mine else ""
        return f"{group}={option} is not known; {near}choose one of {listed}{own}."
    text = _first_line(str(error)).rstrip(".")
    return f"{text}; look for its name with causattn run --help."


def _composition(error: ConfigCompositionException) -> str:
    """Word an override that does not fit the configuration."""
    text = str(error)
    cause = error.__cause__
    if (found := re.search(r"Could not override '([^']+)'", text)) is None:
        if isinstance(cause, HydraException | OmegaConfBaseException):
            return sentence(cause)
        return f"{one_line(text).rstrip('.')}; see causattn run --help."
    key = str(found.group(1))
    if cause is not None and "not in struct" not in str(cause) and "No match" not in text:
        return f"{key}: {_first_line(str(cause)).rstrip('.')}; give it another value."
    from causattn.effects import MOVED_KEYS

    if key in MOVED_KEYS:
        return f"{key} is now {MOVED_KEYS[key]}; set that."
    known = _known_keys()
    group, _, rest = key.partition(".")
    if having := _options_with(group, rest):
        return (
            f"{key} is a key of {group}={', '.join(having)} only; choose "
            f"{'it' if len(having) == 1 else 'one of these'}, or leave the key out (options that "
            "lack it are swept apart)."
        )
    return (
        f"{key} is not a group or key of the configuration; {_near(key, known)}"
        "causattn run --help lists them; more: causattn explain errors.unknown-key."
    )


def _options_with(group: str, key: str) -> list[str]:
    """Return the options of a group whose files have a key, by name."""
    from causattn.cli.compose import config_folder, option_values

    found = []
    for path in sorted((config_folder() / group).glob("*.yaml")) if key else ():
        settings: object = option_values(path)
        for part in key.split("."):
            settings = settings.get(part, ...) if isinstance(settings, dict) else ...
        if settings is not ...:
            found.append(path.stem)
    return found


def _known_keys() -> list[str]:
    """Return all groups and keys of the default configuration."""
    from omegaconf import DictConfig, OmegaConf

    from causattn.cli.compose import compose_config, groups

    def keys(node: DictConfig, prefix: str) -> Iterable[str]:
        for key in map(str, node):
            yield f"{prefix}{key}"
            if not OmegaConf.is_missing(node, key) and OmegaConf.is_dict(node._get_node(key)):
                yield from keys(node[key], f"{prefix}{key}.")

    try:
        return [*groups(), *keys(compose_config(()), "")]
    except USER_ERRORS:
        return groups()


def _near(word: str, known: Iterable[str]) -> str:
    """Return ``"did you mean ...? "`` where something known is near."""
    found = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean {found[0]}? " if found else ""


def _full_key(error: BaseException) -> str:
    return str(getattr(error, "full_key", None) or "")


def _first_line(text: str) -> str:
    """Return the first line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith("Error parsing override")]
    return next(iter(said or lines), "")
