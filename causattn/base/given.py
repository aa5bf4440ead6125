"""What own functions take, and what they give: checked, so that a sentence says what to mend."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from causattn.base.errors import ConfigError

V = TypeVar("V")


def due(value: V, kind: str, giver: Any) -> V:
    """Return what a contribution, or a function, gave where it is of the class named `kind`.

    Raises
    ------
    ConfigError
        Naming the contribution's file where it gave something else.
    """
    if kind in {each.__name__ for each in type(value).__mro__}:
        return value
    name = getattr(giver, "name", None) or getattr(giver, "__qualname__", type(giver).__name__)
    module = sys.modules.get(giver.__module__)
    raise ConfigError(
        f"{name} of {getattr(module, '__file__', giver.__module__)} gave an object of the type "
        f"{type(value).__name__}, where a {kind} is due; mend what it returns."
    )


def check_takes(
    function: Callable[..., Any], arguments: Sequence[str], *, by_name: bool = False
) -> None:
    """Refuse an own function that cannot be called with these arguments.

    Parameters
    ----------
    function
        The function; one whose signature is not known is not refused.
    arguments
        What it is called with, by place or by name.
    by_name
        Whether it is by name.

    Raises
    ------
    ConfigError
        Naming the function and what it is called with.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(**dict.fromkeys(arguments)) if by_name else signature.bind(*arguments)
    except TypeError as error:
        name = getattr(function, "__qualname__", type(function).__name__)
        raise ConfigError(
            f"{name}{signature} is called with ({', '.join(arguments)}), which it does not take "
            f"({error}); mend its arguments."
        ) from None


def number_given(value: Any) -> float:
    """Return the number that an own function gave; not a number where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
