"""Programs that count."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from causattn.corpora.programs.program import Program
from causattn.corpora.programs.words import (
    always,
    counted,
    earlier_same,
    equal,
    gather,
    indices,
    length,
    mapped,
    mean,
    pair,
    select,
    tokens,
    width,
    yes_no,
)

IS_A = select(tokens, indices, lambda k, q: k == "a")
SAME = select(tokens, tokens, equal)
UP_TO_HERE = select(indices, indices, lambda k, q: k <= q)
SO_FAR = select(pair(tokens, indices), indices, lambda k, q: k[0] == "a" and k[1] <= q)


def _majority() -> Program:
    one = mapped(lambda token: int(token == "a"), tokens)
    share = mean(select(indices, indices, always), one)
    return Program(
        "majority",
        mapped(lambda f: yes_no(f > Fraction(1, 2)), share),
        lambda x: [yes_no(2 * list(x).count("a") > len(x))] * len(x),
        vocabulary=("a", "b"),
    )


def _running_fraction() -> Program:
    one = mapped(lambda token: int(token == "a"), tokens)
    return Program(
        "running_fraction",
        mapped(str, mean(UP_TO_HERE, one)),
        lambda x: [
            str(Fraction(sum(token == "a" for token in x[: t + 1]), t + 1)) for t in range(len(x))
        ],
        vocabulary=("a", "b"),
    )


def _double_histogram() -> Program:
    """Return how many tokens are as frequent as the one here."""
    often = width(SAME)
    places = width(select(often, often, equal))
    return Program(
        "double_histogram",
        mapped(lambda n, h: n // h if h else None, places, often),
        lambda x: [sum(n == Counter(x)[token] for n in Counter(x).values()) for token in x],
    )


def _most_frequent() -> Program:
    """Return the token that stands most often, of several the first in the alphabet."""
    counts = pair(width(SAME), tokens)
    better = select(counts, counts, lambda k, q: (-k[0], k[1]) < (-q[0], q[1]))
    wins = counted(better, lambda n: n == 0)
    return Program(
        "most_frequent",
        gather(select(wins, indices, lambda k, q: k), tokens),
        lambda x: [min(set(x), key=lambda token: (-list(x).count(token), token))] * len(x),
        length=6,
    )


def _palindrome() -> Program:
    mirrored = mapped(lambda i, n: n - 1 - i, indices, length())
    other = gather(select(indices, mirrored, equal), tokens)
    differs = mapped(lambda a, b: a != b, tokens, other)
    wrong = select(differs, indices, lambda k, q: k)
    return Program(
        "palindrome",
        counted(wrong, lambda n: yes_no(n == 0)),
        lambda x: [yes_no(list(x) == list(x)[::-1])] * len(x),
        vocabulary=("a", "b"),
        draw=lambda rng, n: (
            (h := [str(k) for k in rng.choice(["a", "b"], (n + 1) // 2)]) + h[: n // 2][::-1]
        ),
    )


PROGRAMS = (
    Program("length", length(), lambda x: [len(x)] * len(x)),
    Program("count", width(IS_A), lambda x: [list(x).count("a")] * len(x)),
    Program(
        "contains", counted(IS_A, lambda n: yes_no(n > 0)), lambda x: [yes_no("a" in x)] * len(x)
    ),
    Program("parity", counted(IS_A, lambda n: n % 2), lambda x: [list(x).count("a") % 2] * len(x)),
    Program(
        "running_count",
        width(SO_FAR),
        lambda x: [list(x[: t + 1]).count("a") for t in range(len(x))],
    ),
    Program(
        "running_parity",
        counted(SO_FAR, lambda n: n % 2),
        lambda x: [list(x[: t + 1]).count("a") % 2 for t in range(len(x))],
    ),
    Program(
        "seen_before",
        mapped(lambda n: yes_no(n > 0), earlier_same(tokens)),
        lambda x: [yes_no(token in x[:t]) for t, token in enumerate(x)],
    ),
    Program("histogram", width(SAME), lambda x: [list(x).count(token) for token in x]),
    Program(
        "unique",
        counted(SAME, lambda n: yes_no(n == 1)),
        lambda x: [yes_no(list(x).count(token) == 1) for token in x],
    ),
    _majority(),
    _running_fraction(),
    _double_histogram(),
    _most_frequent(),
    _palindrome(),
)
