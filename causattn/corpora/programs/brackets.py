"""Programs that check brackets: of every beginning, is it balanced, open, or wrong for good?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from causattn.corpora.programs.program import Draw, Program
from causattn.corpora.programs.steps import ProgramStep
from causattn.corpora.programs.words import (
    counted,
    gather,
    indices,
    mapped,
    mean,
    pair,
    select,
    tokens,
    width,
)

BALANCED, OPEN, WRONG = "balanced", "open", "wrong"
ROUND, SQUARE = ("(", ")"), ("[", "]")
UP_TO_HERE = select(indices, indices, lambda k, q: k <= q)


def _sign(opens: str, closes: str) -> ProgramStep:
    """Return whether more brackets were opened than closed up to here: -1, 0, 1."""
    change = mapped(lambda token: (token == opens) - (token == closes), tokens)
    return mapped(lambda f: (f > 0) - (f < 0), mean(UP_TO_HERE, change))


def _so_far(bad: ProgramStep) -> ProgramStep:
    """Return whether something bad has come up to here."""
    placed = pair(bad, indices)
    return counted(select(placed, indices, lambda k, q: k[0] and k[1] <= q), lambda n: n > 0)


def _dyck1() -> Program:
    sign = _sign(*ROUND)
    failed = _so_far(mapped(lambda s: s < 0, sign))
    return Program(
        "dyck1",
        mapped(lambda bad, s: WRONG if bad else OPEN if s else BALANCED, failed, sign),
        lambda x: _checked(x, (ROUND,), nested=True),
        vocabulary=ROUND,
        draw=_balanced((ROUND,)),
    )


def _shuffle_dyck2() -> Program:
    """Return the same of two kinds that need not be nested (Weiss et al. 2021, section 5)."""
    a, b = _sign(*ROUND), _sign(*SQUARE)
    failed = _so_far(mapped(lambda s, t: s < 0 or t < 0, a, b))
    return Program(
        "shuffle_dyck2",
        mapped(lambda bad, s, t: WRONG if bad else OPEN if s or t else BALANCED, failed, a, b),
        lambda x: _checked(x, (ROUND, SQUARE), nested=False),
        vocabulary=(*ROUND, *SQUARE),
        draw=_balanced((ROUND, SQUARE)),
    )


def _dyck2() -> Program:
    """Return the same of two kinds that must be nested.

    A closing bracket belongs to the last one before at its own depth, which is an opening one of
    its kind unless something was wrong before.
    """
    length = 6
    placed = pair(mapped(lambda token: token in "([", tokens), indices)
    opened = width(select(placed, indices, lambda k, q: k[0] and k[1] <= q))
    # Depth outside of the bracket; deeper than allowed or below the ground is wrong anyway.
    depth = mapped(
        lambda token, n, t: max(-1, 2 * n - t - 1 - (token in "([")), tokens, opened, indices
    )
    level = pair(depth, indices)
    number = width(select(level, level, lambda k, q: k[0] == q[0] and k[1] < q[1]))
    key = pair(depth, number)
    partner = gather(select(key, key, lambda k, q: k == (q[0], q[1] - 1)), tokens)
    wrong = mapped(lambda token, other: token in ")]" and other != _opening(token), tokens, partner)
    failed = _so_far(wrong)
    left = mapped(lambda n, t: 2 * n > t + 1, opened, indices)
    return Program(
        "dyck2",
        mapped(lambda bad, more: WRONG if bad else OPEN if more else BALANCED, failed, left),
        lambda x: _checked(x, (ROUND, SQUARE), nested=True),
        vocabulary=(*ROUND, *SQUARE),
        length=length,
        draw=_balanced((ROUND, SQUARE)),
    )


def _opening(closing: str) -> str:
    return {")": "(", "]": "["}[closing]


def _checked(x: Sequence[str], kinds: Sequence[tuple[str, str]], nested: bool) -> list[Any]:
    """Return the states by a stack, or by a counter a kind."""
    stack: list[str] = []
    found, bad = [], False
    opening = {b: a for a, b in kinds}
    for token in x:
        if token not in opening:
            stack.append(token)
        elif opening[token] in stack and (not nested or stack[-1] == opening[token]):
            stack.reverse()
            stack.remove(opening[token])
            stack.reverse()
        else:
            bad = True
        found.append(WRONG if bad else OPEN if stack else BALANCED)
    return found


def _balanced(kinds: Sequence[tuple[str, str]]) -> Draw:
    """Return what draws sequences that are right as far as they go."""

    def draw(rng: np.random.Generator, length: int) -> list[str]:
        stack: list[str] = []
        found = []
        for _ in range(length):
            if stack and rng.random() < 0.5:
                found.append(stack.pop())
            else:
                opens, closes = kinds[int(rng.integers(len(kinds)))]
                found.append(opens)
                stack.append(closes)
        return found

    return draw


PROGRAMS = (_dyck1(), _shuffle_dyck2(), _dyck2())
