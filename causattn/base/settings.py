"""From a mapping of settings to a frozen dataclass, refusing what the dataclass does not declare.

Every config group has such a dataclass. A configuration can set declared fields and nothing
else; it cannot name a class or a function to call.
"""

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from causattn.base.errors import ConfigError
from causattn.base.mistakes import ConfigMistakes
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
        For an unknown key (with the nearest known one), a missing one, or a value of another type;
        for all of these at once.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(kind)
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
                raise ConfigError(
                    f"{prefix}{name} is missing; set it, for example {prefix}{name}=..."
                )
    mistakes.raise_all()
    return kind(**given)


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
            except ConfigError:
                continue
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
        return float(value)
    elif hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    elif hint in (str, bool) and isinstance(value, hint):
        return value
    elif hint is Any:
        return value
    raise ConfigError(f"{where}={value!r} should be {_in_words(hint)}; change it.")


def _in_words(hint: Any) -> str:
    """Return what values a type has, as a person says it."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_in_words(option) for option in get_args(hint))
    if origin is Literal:
        return f"one of {', '.join(map(str, get_args(hint)))}"
    if origin in (tuple, list):
        return "a list, such as [a,b]"
    return _WORDS.get(origin or hint, getattr(hint, "__name__", str(hint)))
