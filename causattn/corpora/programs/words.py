"""Short words for steps, and steps that several programs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from causattn.corpora.programs.steps import ProgramSelect, ProgramStep

tokens = ProgramStep("tokens")
indices = ProgramStep("indices")


def mapped(function: Callable[..., Any], *inputs: ProgramStep) -> ProgramStep:
    """Return a function of steps."""
    return ProgramStep("map", inputs, function)


def select(
    keys: ProgramStep, queries: ProgramStep, predicate: Callable[[Any, Any], bool]
) -> ProgramSelect:
    """Return the places k with ``predicate(keys(k), queries(t))``."""
    return ProgramSelect(keys, queries, predicate)


def gather(seen: ProgramSelect, values: ProgramStep) -> ProgramStep:
    """Return the value at the places that are seen."""
    return ProgramStep("gather", (values,), None, seen)


def mean(seen: ProgramSelect, values: ProgramStep) -> ProgramStep:
    """Return the mean over the places that are seen."""
    return ProgramStep("mean", (values,), None, seen)


def width(seen: ProgramSelect) -> ProgramStep:
    """Return how many places are seen, as a value."""
    return counted(seen, lambda n: n)


def counted(seen: ProgramSelect, function: Callable[[int], Any]) -> ProgramStep:
    """Return a function of how many places are seen."""
    return mapped(function, ProgramStep("width", (), None, seen))


def pair(a: ProgramStep, b: ProgramStep) -> ProgramStep:
    """Return two steps as one."""
    return mapped(lambda x, y: (x, y), a, b)


def equal(key: Any, query: Any) -> bool:
    """Return whether both are the same."""
    return bool(key == query)


def always(key: Any, query: Any) -> bool:
    """Return True."""
    return True


def yes_no(value: bool) -> str:
    """Return a truth value as a word."""
    return "yes" if value else "no"


def length() -> ProgramStep:
    """Return how many tokens there are, at every place."""
    return width(select(indices, indices, always))


def previous(values: ProgramStep) -> ProgramStep:
    """Return what stood one place before."""
    return gather(select(indices, indices, lambda k, q: k == q - 1), values)


def earlier_same(values: ProgramStep) -> ProgramStep:
    """Return how many places before have the same value."""
    placed = pair(values, indices)
    return width(select(placed, placed, lambda k, q: k[0] == q[0] and k[1] < q[1]))
