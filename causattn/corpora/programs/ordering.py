"""Programs that order tokens."""

from __future__ import annotations

from causattn.corpora.programs.program import Program
from causattn.corpora.programs.words import (
    counted,
    equal,
    gather,
    indices,
    mapped,
    pair,
    select,
    tokens,
    width,
)


def _sort() -> Program:
    placed = pair(tokens, indices)
    rank = width(select(placed, placed, lambda k, q: k < q))
    return Program("sort", gather(select(rank, indices, equal), tokens), sorted)


def _sort_by_frequency() -> Program:
    """Return the tokens, frequent ones first, equally frequent ones by alphabet."""
    often = width(select(tokens, tokens, equal))
    key = mapped(lambda n, token, t: (-n, token, t), often, tokens, indices)
    rank = width(select(key, key, lambda k, q: k < q))
    return Program(
        "sort_by_frequency",
        gather(select(rank, indices, equal), tokens),
        lambda x: sorted(x, key=lambda token: (-list(x).count(token), token)),
        vocabulary=("a", "b", "c"),
        length=6,
    )


def _extreme(name: str, least: bool) -> Program:
    beyond = select(tokens, tokens, (lambda k, q: k < q) if least else (lambda k, q: k > q))
    ends = counted(beyond, lambda n: n == 0)
    return Program(
        name,
        gather(select(ends, indices, lambda k, q: k), tokens),
        lambda x: [(min if least else max)(x)] * len(x),
    )


PROGRAMS = (
    _sort(),
    _sort_by_frequency(),
    _extreme("minimum", True),
    _extreme("maximum", False),
    Program(
        "rank",
        width(select(tokens, tokens, lambda k, q: k < q)),
        lambda x: [sum(other < token for other in x) for token in x],
    ),
)
