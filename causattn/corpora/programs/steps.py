"""A language of sequences in which one step is one attention head or one feed-forward network.

After RASP (Weiss, Goldberg and Yahav 2021, "Thinking like transformers", ICML, section 3): a
sequence of T tokens x is worked on by steps, each a value at every place t,

    tokens     s(t) = x(t)
    indices    s(t) = t
    map        s(t) = f(a(t), b(t), ...)                               (feed-forward)
    gather     s(t) = v(k), k any place with P(key(k), query(t))       (head)
    mean       s(t) = mean of v(k) over all such k, 0 where none       (head)
    width      s(t) = how many such k there are                        (head)

where P is a *select*. A value may be None (nothing): a gather that finds no place gives it, and a
query that is None selects nothing. A key must always have a value. As in Tracr (Lindner et al.
2023, "Tracr: compiled transformers as a laboratory for interpretability", section 3) all values
are of a finite domain, which is what can be compiled; a gather's places must agree, so that what it
gives is a value and no mixture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any, Literal

import numpy as np

from causattn.base import DataError

Kind = Literal["tokens", "indices", "map", "gather", "mean", "width"]


@dataclass(frozen=True, eq=False)
class ProgramStep:
    """A value at every place; two steps are the same only where they are one object.

    Parameters
    ----------
    kind
        See the module.
    inputs
        What a map reads; the values of a gather or mean.
    function
        Of a map.
    select
        Which places a head sees.
    """

    kind: Kind
    inputs: tuple[ProgramStep, ...] = ()
    function: Callable[..., Any] | None = None
    select: ProgramSelect | None = None

    @property
    def reads(self) -> tuple[ProgramStep, ...]:
        """All steps that this one reads."""
        own = () if self.select is None else (self.select.queries, self.select.keys)
        return (*own, *self.inputs)

    def before(self) -> tuple[ProgramStep, ...]:
        """Return this step and all it needs, each after what it reads."""
        found: dict[ProgramStep, None] = {}
        for each in self.reads:
            found.update(dict.fromkeys(each.before()))
        return (*found, self)


@dataclass(frozen=True, eq=False)
class ProgramSelect:
    """Which places are seen from which: those k with ``predicate(key(k), query(t))``."""

    keys: ProgramStep
    queries: ProgramStep
    predicate: Callable[[Any, Any], bool]

    def holds(self, key: Any, query: Any) -> bool:
        """Return whether a place is seen; a query that is None sees none."""
        return query is not None and bool(self.predicate(key, query))


@dataclass(frozen=True)
class ProgramDomain:
    """What values a step can have.

    Parameters
    ----------
    values
        All of them but None.
    nothing
        Whether None is among them.
    number
        Whether it is a number that a head computes (mean, width), of which a map may be taken and
        nothing else.
    """

    values: tuple[Any, ...]
    nothing: bool = False
    number: bool = False

    def all(self) -> tuple[Any, ...]:
        """Return the values, None last where it is among them."""
        return (*self.values, None) if self.nothing else self.values


def program_domains(
    step: ProgramStep, vocabulary: tuple[str, ...], length: int
) -> dict[ProgramStep, ProgramDomain]:
    """Return the domain of a step and of all it needs, for sequences of up to so many tokens.

    Raises
    ------
    DataError
        Where a key can be None, or a number of a head is read by anything but a map of it alone.
    """
    found: dict[ProgramStep, ProgramDomain] = {}
    for each in step.before():
        found[each] = _domain(each, found, vocabulary, length)
    if found[step].number:
        raise DataError("A program ends in a number of a head; end it in a map of it.")
    return found


def _domain(
    step: ProgramStep,
    known: dict[ProgramStep, ProgramDomain],
    vocabulary: tuple[str, ...],
    length: int,
) -> ProgramDomain:
    read = [known[each] for each in step.reads]
    if any(each.number for each in read) and (step.kind != "map" or len(read) > 1):
        raise DataError("The number of a mean or width is read by a map of it alone; add one.")
    if step.select is not None and known[step.select.keys].nothing:
        raise DataError("A key of a select can be None; map it to a value first.")
    if step.kind == "tokens":
        return ProgramDomain(vocabulary)
    if step.kind == "indices":
        return ProgramDomain(tuple(range(length)))
    if step.kind == "width":
        return ProgramDomain(tuple(range(length + 1)), number=True)
    if step.kind == "gather":
        return ProgramDomain(known[step.inputs[0]].values, nothing=True)
    if step.kind == "mean":
        values = known[step.inputs[0]].values
        sums = range(min(0, min(values)) * length, max(0, max(values)) * length + 1)
        low, high = min(values), max(values)
        shares = {Fraction(s, n) for n in range(1, length + 1) for s in sums}
        return ProgramDomain(
            tuple(sorted({Fraction(0)} | {f for f in shares if low <= f <= high})), number=True
        )
    assert step.function is not None
    results = {step.function(*each): None for each in product(*(own.all() for own in read))}
    return ProgramDomain(tuple(v for v in results if v is not None), nothing=None in results)


class ProgramTrace:
    """A program run on a sequence, step by step, as its author means it.

    Parameters
    ----------
    tokens
        The sequence.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tuple(tokens)
        self._known: dict[ProgramStep, list[Any]] = {}

    def values(self, step: ProgramStep) -> list[Any]:
        """Return a step's value at every place."""
        if step not in self._known:
            self._known[step] = self._values(step)
        return self._known[step]

    def seen(self, select: ProgramSelect) -> np.ndarray:
        """Return which places are seen, bool [T, T], from query (row) to key (column)."""
        keys, queries = self.values(select.keys), self.values(select.queries)
        found = [[select.holds(key, query) for key in keys] for query in queries]
        return np.array(found, dtype=bool).reshape(len(queries), len(keys))

    def _values(self, step: ProgramStep) -> list[Any]:
        if step.kind == "tokens":
            return list(self.tokens)
        if step.kind == "indices":
            return list(range(len(self.tokens)))
        if step.kind == "map":
            assert step.function is not None
            return [
                step.function(*each) for each in zip(*map(self.values, step.inputs), strict=True)
            ]
        assert step.select is not None
        seen = self.seen(step.select)
        if step.kind == "width":
            return [int(row.sum()) for row in seen]
        values = self.values(step.inputs[0])
        rows = [[v for v, here in zip(values, row, strict=True) if here] for row in seen]
        if step.kind == "mean":
            return [Fraction(sum(own), len(own)) if own else Fraction(0) for own in rows]
        for own in rows:
            if len(set(own)) > 1:
                raise DataError(
                    f"A gather meets {own} in the sequence {' '.join(self.tokens)}; its places "
                    "must have one value."
                )
        return [own[0] if own else None for own in rows]
