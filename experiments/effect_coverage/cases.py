"""Constructed data whose effects are known: rare values, interactions, weak overlap, curves.

Each case draws rows and says what the source does to each of them, so that the effect over the
population is a mean. Columns are the causes of both, the source and the outcome, in this order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from causattn.corpora import Mentions
from causattn.features import FeatureKind, FeatureTable

POPULATION = 4_000_000
"""Rows over which a truth is averaged."""
_PART = 500_000
_YES = ("no", "yes")


class Sample(NamedTuple):
    """Rows of a case.

    Parameters
    ----------
    causes
        float64 [n, q], what is adjusted for.
    levels
        How many values each cause has; 0 for a number.
    source, outcome
        float64 [n]; 0 and 1 where they have two values.
    effect
        float64 [n], what the source does to each row: yes rather than no, or its slope.
    """

    causes: np.ndarray
    levels: tuple[int, ...]
    source: np.ndarray
    outcome: np.ndarray
    effect: np.ndarray


Draw = Callable[[int, np.random.Generator], Sample]


def _chance(rng: np.random.Generator, p: np.ndarray) -> np.ndarray:
    return (rng.random(len(p)) < p).astype(float)


def _made(
    rng: np.random.Generator,
    causes: np.ndarray,
    levels: tuple[int, ...],
    source: np.ndarray,
    without: np.ndarray,
    effect: np.ndarray,
    chance: bool,
) -> Sample:
    """Return rows whose outcome is `without` and, with the source, `effect` more."""
    mean = without + source * effect
    outcome = _chance(rng, mean) if chance else mean + rng.normal(size=len(mean))
    return Sample(causes, levels, source, outcome, effect)


def _rare_discrete(share: float, of_outcome: float) -> Draw:
    def draw(n: int, rng: np.random.Generator) -> Sample:
        z = rng.choice(3, n, p=[0.5, 0.3, 0.2])
        without = of_outcome * np.array([0.7, 1.0, 1.8])[z]
        source = _chance(rng, share * np.array([0.6, 1.0, 2.0])[z])
        effect = np.array([3.0, 1.0, -0.5])[z] * without
        return _made(rng, z[:, None] * 1.0, (3,), source, without, effect, True)

    return draw


def _discrete_interactions(n: int, rng: np.random.Generator) -> Sample:
    z, w = rng.integers(0, 2, n), rng.choice(3, n, p=[0.2, 0.5, 0.3])
    source = _chance(rng, 0.1 + 0.7 * z * (w > 0) + 0.1 * (w == 2))
    without = 0.2 + 0.4 * z
    effect = 0.35 * (w == 0) - 0.15 * (w == 1) + 0.3 * (w == 2) * (1 - 2 * z)
    return _made(rng, np.column_stack([z, w]) * 1.0, (2, 3), source, without, effect, True)


def _discrete_weak(n: int, rng: np.random.Generator) -> Sample:
    z = rng.choice(3, n, p=[0.3, 0.4, 0.3])
    source = _chance(rng, np.array([0.02, 0.5, 0.97])[z])
    without, effect = np.array([0.2, 0.4, 0.5])[z], np.array([0.4, 0.1, -0.2])[z]
    return _made(rng, z[:, None] * 1.0, (3,), source, without, effect, True)


def _rare_mixed(share: float, of_outcome: float) -> Draw:
    def draw(n: int, rng: np.random.Generator) -> Sample:
        z = rng.normal(size=(n, 2))
        source = _chance(rng, expit(logit(share) - 0.2 + 0.7 * z[:, 0]))
        log_odds = logit(of_outcome) + 0.5 * z[:, 0] + 0.3 * z[:, 1]
        effect = expit(log_odds + 1.0) - expit(log_odds)
        return _made(rng, z, (0, 0), source, expit(log_odds), effect, True)

    return draw


def _mixed_interactions(n: int, rng: np.random.Generator) -> Sample:
    z, w = rng.normal(size=(n, 2)), rng.integers(0, 3, n)
    source = _chance(rng, expit(z[:, 0] + 0.5 * z[:, 1] + 0.5 * (w == 2)))
    without = np.sin(2 * z[:, 0]) + z[:, 0] ** 2 + 0.5 * w
    effect = 1 + z[:, 0] ** 2 - z[:, 0] * z[:, 1] - (w == 1)
    return _made(rng, np.column_stack([z, w]), (0, 0, 3), source, without, effect, False)


def _mixed_curves(n: int, rng: np.random.Generator) -> Sample:
    z = rng.normal(size=(n, 2))
    source = _chance(rng, expit(1.5 * np.sin(2 * z[:, 0]) + 0.5 * z[:, 1]))
    without = 2 * np.sin(2 * z[:, 0]) + np.abs(z[:, 1])
    effect = 1 + np.exp(z[:, 0] / 2)
    return _made(rng, z, (0, 0), source, without, effect, False)


def _mixed_weak(n: int, rng: np.random.Generator) -> Sample:
    z = rng.normal(size=(n, 2))
    source = _chance(rng, expit(2 * z[:, 0]))
    without, effect = np.tanh(2 * z[:, 0]) + z[:, 1], 1 + 0.5 * np.sin(2 * z[:, 0])
    return _made(rng, z, (0, 0), source, without, effect, False)


def _mixed_chance(n: int, rng: np.random.Generator) -> Sample:
    z = rng.normal(size=(n, 2))
    source = _chance(rng, expit(z[:, 0] + 0.5 * z[:, 1]))
    log_odds = -0.5 + np.sin(2 * z[:, 0])
    effect = expit(log_odds + 0.5 + z[:, 0] * z[:, 1]) - expit(log_odds)
    return _made(rng, z, (0, 0), source, expit(log_odds), effect, True)


def _numbers(
    source: Callable[[np.ndarray, np.ndarray], np.ndarray],
    mean: Callable[[np.ndarray, np.ndarray], np.ndarray],
    slope: Callable[[np.ndarray, np.ndarray], np.ndarray],
    causes: int = 2,
    chance: bool = False,
) -> Draw:
    def draw(n: int, rng: np.random.Generator) -> Sample:
        z = rng.normal(size=(n, causes))
        t = source(z, rng.normal(size=n))
        outcome = _chance(rng, mean(z, t)) if chance else mean(z, t) + rng.normal(size=n)
        return Sample(z, (0,) * causes, t, outcome, np.broadcast_to(slope(z, t), n))

    return draw


def _log_odds(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    return 0.8 * t + np.sin(2 * z[:, 0])


CASES: dict[str, tuple[str, Draw]] = {
    "values of 1% and 1%": ("discrete", _rare_discrete(0.01, 0.01)),
    "values of 1% and 3%": ("discrete", _rare_discrete(0.01, 0.03)),
    "values of 3% and 3%": ("discrete", _rare_discrete(0.03, 0.03)),
    "interactions": ("discrete", _discrete_interactions),
    "weak overlap": ("discrete", _discrete_weak),
    "mixed, values of 1% and 1%": ("mixed", _rare_mixed(0.01, 0.01)),
    "mixed, values of 1% and 3%": ("mixed", _rare_mixed(0.01, 0.03)),
    "mixed, values of 3% and 3%": ("mixed", _rare_mixed(0.03, 0.03)),
    "mixed, interactions": ("mixed", _mixed_interactions),
    "mixed, curves": ("mixed", _mixed_curves),
    "mixed, weak overlap": ("mixed", _mixed_weak),
    "mixed, outcome of two values, interactions": ("mixed", _mixed_chance),
    "numbers, linear": (
        "numbers",
        _numbers(lambda z, e: z[:, 0] + e, lambda z, t: t + z.sum(axis=1), lambda z, t: np.ones(1)),
    ),
    "numbers, curves": (
        "numbers",
        _numbers(
            lambda z, e: np.sin(2 * z[:, 0]) + z[:, 1] ** 2 / 2 + e,
            lambda z, t: t + 2 * np.sin(2 * z[:, 0]) + np.abs(z[:, 1]) + z[:, 1] ** 2,
            lambda z, t: np.ones(1),
        ),
    ),
    "numbers, interactions": (
        "numbers",
        _numbers(
            lambda z, e: z[:, 0] + 0.5 * z[:, 1] + e,
            lambda z, t: t * (1 + np.sin(2 * z[:, 0]) + z[:, 0] * z[:, 1]) + z[:, 1] ** 2,
            lambda z, t: 1 + np.sin(2 * z[:, 0]) + z[:, 0] * z[:, 1],
        ),
    ),
    "numbers, curved effect": (
        "numbers",
        _numbers(
            lambda z, e: z[:, 0] + e,
            lambda z, t: 2 * np.tanh(2 * t) + np.exp(z[:, 0] / 2) + z[:, 1] * z[:, 0],
            lambda z, t: 4 / np.cosh(2 * t) ** 2,
        ),
    ),
    "numbers, weak overlap": (
        "numbers",
        _numbers(
            lambda z, e: 2 * np.tanh(2 * z[:, 0]) + 0.3 * e,
            lambda z, t: t + np.sin(2 * z[:, 0]) + z[:, 1],
            lambda z, t: np.ones(1),
        ),
    ),
    "numbers, eight causes": (
        "numbers",
        _numbers(
            lambda z, e: np.tanh(z[:, 0]) + np.abs(z[:, 1]) + z[:, 2:].sum(axis=1) / 3 + e,
            lambda z, t: t + np.sin(2 * z[:, 0]) + z[:, 1] ** 2 + z[:, 2:].sum(axis=1) / 2,
            lambda z, t: np.ones(1),
            causes=8,
        ),
    ),
    "numbers, outcome of two values": (
        "numbers",
        _numbers(
            lambda z, e: np.sin(2 * z[:, 0]) + e,
            lambda z, t: expit(_log_odds(z, t)),
            lambda z, t: 0.8 * expit(_log_odds(z, t)) * expit(-_log_odds(z, t)),
            chance=True,
        ),
    ),
}
"""By name: discrete, mixed or numbers, and how rows are drawn."""


@cache
def truth(case: str) -> float:
    """Return a case's effect over its population."""
    rng = np.random.default_rng(0)
    parts = [CASES[case][1](_PART, rng).effect.mean() for _ in range(POPULATION // _PART)]
    return float(np.mean(parts))


def drawn(case: str, rows: int, rng: np.random.Generator) -> FeatureTable:
    """Return a sample of a case as features: its causes, its source, its outcome."""
    found = CASES[case][1](rows, rng)
    two = {True: _YES, False: None}
    values = np.column_stack([found.causes, found.source, found.outcome])
    causes = tuple(tuple(map(str, range(many))) if many else None for many in found.levels)
    last = tuple(two[set(np.unique(column)) <= {0.0, 1.0}] for column in values[:, -2:].T)
    names = (*(f"cause {k}" for k in range(len(causes))), "source", "outcome")
    kinds = (FeatureKind.SLOT,) * len(names)
    return FeatureTable(names, kinds, values, (*causes, *last), Mentions.empty(), np.arange(rows))
