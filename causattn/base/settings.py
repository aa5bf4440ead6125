"""From a mapping of settings to a frozen dataclass, refusing what the dataclass does not declare.

Every config group has such a dataclass. A configuration can set declared fields and nothing
else; it cannot name a class or a function to call.
"""

import contextlib
import dataclasses
import difflib
import math
import re
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from causattn.base.errors import CausattnError, ConfigError, ConfigMistakes
from causattn.base.saying import listed

T = TypeVar("T")
_IN_CONF = "conf"
MISSING = "???"
"""What stands in a configuration for a value that must be given."""
_WORDS: dict[Any, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    dict: "a group of settings",
    type(None): "null",
}


@dataclasses.dataclass(frozen=True)
class Bounds:
    """What a number of a settings dataclass may be, as in ``Annotated[int, Bounds(least=2)]``.

    Parameters
    ----------
    least, most
        The smallest and the largest number that makes sense.
    above, below
        What it must be above or below.
    """

    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf
    below: float = math.inf

    def check(self, value: Any, where: str) -> None:
        """Raise where a number is outside; what is none is another's to refuse."""
        wanted = [
            f"{words} {bound:g}"
            for words, bound in (
                ("at least", self.least),
                ("above", self.above),
                ("at most", self.most),
                ("below", self.below),
            )
            if math.isfinite(bound)
        ]
        number = isinstance(value, int | float)
        if number and not (self.least <= value <= self.most and self.above < value < self.below):
            raise _OutOfBoundsError(f"{where}={value} should be {' and '.join(wanted)}; change it.")


class _OutOfBoundsError(ConfigError):
    """A number of the right type that makes no sense."""


def settings_from(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """Build the settings dataclass `kind` from `values`.

    Parameters
    ----------
    kind
        A dataclass whose fields are annotated with plain types, ``Literal`` or unions of these.
    values
        The settings, such as one group of the configuration.
    where
        The config key under which `values` stand, for messages; empty at the top.

    Raises
    ------
    ConfigError
        For an unknown key (with the nearest known one), a missing one, a value of another type or
        outside its `Bounds`, or what the dataclass itself refuses; for all of these at once.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(kind, include_extras=True)
    prefix = f"{where}." if where else ""
    mistakes, given = ConfigMistakes(), {}
    for key, value in values.items():
        with mistakes.noted():
            if key not in fields:
                near = difflib.get_close_matches(str(key), fields, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known keys: {listed(fields, 60)}."
                whose = where or "the configuration"
                raise ConfigError(f"{prefix}{key} is not a setting of {whose}; {hint}")
            given[key] = _fit(value, hints[key], f"{prefix}{key}")
    for name, field in fields.items():
        required = (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        )
        with mistakes.noted():
            # A key with a slip in it is not called missing, too.
            if required and name not in values and values.keys() <= fields.keys():
                raise ConfigError(missing_key(f"{prefix}{name}"))
    if not mistakes:
        with contextlib.suppress(ConfigError):
            return kind(**given)
    _note_others(kind, given, {key for key in values if key not in given}, prefix, mistakes)
    mistakes.raise_all()
    raise AssertionError(f"{kind.__name__} refuses its settings once, and then does not.")


def _note_others(
    kind: type[T], given: dict[str, Any], bad: set[str], prefix: str, mistakes: ConfigMistakes
) -> None:
    """Note what else a dataclass refuses, once the defaults stand for what is known to be bad."""
    while True:
        try:
            kind(**given)
            return
        except TypeError:  # a bad one has no default
            return
        except CausattnError as error:
            text = str(error)
            named = {key for key in kind.__dataclass_fields__ if _names(text, prefix + key)}  # type: ignore[attr-defined]
            if not named & bad:  # else a default is at odds with what was given
                mistakes.note(error)
            if not named & given.keys():
                return
            bad |= named
            given = {key: value for key, value in given.items() if key not in named}


def _names(text: str, key: str) -> bool:
    """Return whether a sentence names a key."""
    return re.search(rf"(?<![\w.]){re.escape(key)}\b", text) is not None


def missing_key(key: str) -> str:
    """Return the sentence on a key that must have a value and has none."""
    return f"{key} is missing; set it, for example {key}=..."


def configured(value: str, **default: Any) -> Any:
    """Return a dataclass field whose value in a configuration is another than its default.

    Parameters
    ----------
    value
        The value in a configuration, such as ``"${paths.cache}/checkpoints"``.
    **default
        ``default`` or ``default_factory``, as `dataclasses.field` takes them.
    """
    return dataclasses.field(metadata={_IN_CONF: value}, **default)


def default_values(kind: type) -> dict[str, Any]:
    """Return the defaults of a settings dataclass as a configuration has them.

    Parameters
    ----------
    kind
        The dataclass.

    Returns
    -------
    dict
        Plain values by field, lists for tuples; `MISSING` where a field has no default.
    """
    found: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        if _IN_CONF in field.metadata:
            found[field.name] = field.metadata[_IN_CONF]
        elif field.default is not dataclasses.MISSING:
            found[field.name] = _plain(field.default)
        elif field.default_factory is not dataclasses.MISSING:
            found[field.name] = _plain(field.default_factory())
        else:
            found[field.name] = MISSING
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def choose(name: str, options: Mapping[str, T], where: str) -> T:
    """Return ``options[name]``.

    Raises
    ------
    ConfigError
        Naming the options where `name` is not one of them.
    """
    if name in options:
        return options[name]
    near = difflib.get_close_matches(str(name), options, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ConfigError(f"{where}={name} is not known; {hint}choose one of {listed(options, 60)}.")


def above_zero(settings: Any, where: str, *names: str) -> None:
    """Check that some of a dataclass's settings are above 0, where they are not None.

    Parameters
    ----------
    settings
        The settings.
    where
        The config group under which they stand.
    names
        Which of them.

    Raises
    ------
    ConfigError
        Naming the first that is not.
    """
    for name in names:
        value = getattr(settings, name)
        if value is not None and value <= 0:
            raise ConfigError(f"{where}.{name}={value} should be above 0; change it.")


def _fit(value: Any, hint: Any, where: str) -> Any:
    """Return `value` as the annotated type, or raise."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        for option in get_args(hint):
            try:
                return _fit(value, option, where)
            except _OutOfBoundsError:
                raise
            except ConfigError:
                continue
    elif origin is Annotated:
        fitting = _fit(value, get_args(hint)[0], where)
        for bounds in get_args(hint)[1:]:
            bounds.check(fitting, where)
        return fitting
    elif origin is Literal:
        if value in get_args(hint):
            return value
        choices = ", ".join(map(str, get_args(hint)))
        raise ConfigError(f"{where}={value!r} is not possible; choose one of {choices}.")
    elif hint is type(None):
        if value is None:
            return None
    elif origin in (tuple, list) and isinstance(value, list | tuple):
        inner = get_args(hint)[0]
        return origin(_fit(item, inner, f"{where}[{k}]") for k, item in enumerate(value))
    elif origin is dict and isinstance(value, Mapping):
        inner = get_args(hint)[1]
        return {str(key): _fit(item, inner, f"{where}.{key}") for key, item in value.items()}
    elif hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        if not abs(value) < math.inf:
            raise _OutOfBoundsError(f"{where}={value} should be a finite number; change it.")
        return float(value)
    elif hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    elif hint in (str, bool) and isinstance(value, hint):
        return value
    elif hint is str and isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # such as a column that is called 2024
    elif hint is Any:
        return value
    raise ConfigError(f"{where}={value!r} should be {_in_words(hint)}; change it.")


def _in_words(hint: Any) -> str:
    """Return what values a type has, as a person says it."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_in_words(option) for option in get_args(hint))
    if origin is Annotated:
        return _in_words(get_args(hint)[0])
    if origin is Literal:
        return f"one of {', '.join(map(str, get_args(hint)))}"
    if origin in (tuple, list):
        return "a list, such as [a,b]"
    return _WORDS.get(origin or hint, getattr(hint, "__name__", str(hint)))
