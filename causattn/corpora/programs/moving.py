"""Programs that move tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from causattn.corpora.programs.program import Program
from causattn.corpora.programs.words import (
    earlier_same,
    equal,
    gather,
    indices,
    length,
    mapped,
    pair,
    previous,
    select,
    tokens,
    yes_no,
)


def _reverse() -> Program:
    mirrored = mapped(lambda i, n: n - 1 - i, indices, length())
    return Program(
        "reverse", gather(select(indices, mirrored, equal), tokens), lambda x: list(x)[::-1]
    )


def _shifted(name: str, by: int) -> Program:
    def meaning(x: Sequence[str]) -> list[Any]:
        return [x[t - by] if 0 <= t - by < len(x) else None for t in range(len(x))]

    seen = select(indices, indices, lambda k, q: k == q - by)
    return Program(name, gather(seen, tokens), meaning)


def _rotate() -> Program:
    target = mapped(lambda i, n: (i - 1) % n if n else None, indices, length())
    return Program(
        "rotate",
        gather(select(indices, target, equal), tokens),
        lambda x: [x[-1], *x[:-1]],
    )


def _swap() -> Program:
    def meaning(x: Sequence[str]) -> list[Any]:
        return [x[t ^ 1] if t ^ 1 < len(x) else None for t in range(len(x))]

    seen = select(indices, indices, lambda k, q: k == q ^ 1)
    return Program("swap_neighbours", gather(seen, tokens), meaning)


def _first() -> Program:
    seen = select(indices, indices, lambda k, q: k == 0)
    return Program("first", gather(seen, tokens), lambda x: [x[0]] * len(x))


def _last() -> Program:
    at_end = mapped(lambda i, n: i == n - 1, indices, length())
    seen = select(at_end, indices, lambda k, q: k)
    return Program("last", gather(seen, tokens), lambda x: [x[-1]] * len(x))


def _induction() -> Program:
    """Return what followed the current token when it last stood before."""

    def meaning(x: Sequence[str]) -> list[Any]:
        found: list[Any] = []
        for t, token in enumerate(x):
            before = [k for k in range(t) if x[k] == token]
            found.append(x[before[-1] + 1] if before else None)
        return found

    occurrence = earlier_same(tokens)
    came = mapped(
        lambda token, n: (token, n) if token is not None else ("", 0),
        previous(tokens),
        previous(occurrence),
    )
    wanted = mapped(lambda token, n: (token, n - 1), tokens, occurrence)
    return Program("induction", gather(select(came, wanted, equal), tokens), meaning)


def _where_first() -> Program:
    placed = pair(tokens, earlier_same(tokens))
    seen = select(placed, tokens, lambda k, q: k == (q, 0))
    return Program(
        "first_position", gather(seen, indices), lambda x: [list(x).index(token) for token in x]
    )


def _once() -> Program:
    return Program(
        "remove_duplicates",
        mapped(lambda token, n: None if n else token, tokens, earlier_same(tokens)),
        lambda x: [token if token not in x[:t] else None for t, token in enumerate(x)],
    )


def _repeats() -> Program:
    return Program(
        "repeats_previous",
        mapped(lambda now, then: yes_no(now == then), tokens, previous(tokens)),
        lambda x: [yes_no(t > 0 and x[t] == x[t - 1]) for t in range(len(x))],
    )


def _next_letter() -> Program:
    """Return the letter after each: a feed-forward network alone."""
    after = dict(zip("abcd", "bcda", strict=True))
    return Program(
        "next_letter",
        mapped(lambda token: after[token], tokens),
        lambda x: ["abcd"[("abcd".index(token) + 1) % 4] for token in x],
    )


PROGRAMS = (
    _reverse(),
    _shifted("previous_token", 1),
    _shifted("shift_two", 2),
    _shifted("next_token", -1),
    _rotate(),
    _swap(),
    _first(),
    _last(),
    _induction(),
    _where_first(),
    _once(),
    _repeats(),
    _next_letter(),
)
