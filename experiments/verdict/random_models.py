"""Random structural causal models with hidden common causes, as tables whose graph is known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit


class World(NamedTuple):
    """A table and the truth about it.

    Parameters
    ----------
    names
        Of the p observed variables.
    values
        float64 [n, p], the index of the value where a column is discrete.
    categories
        The values' names by column, None where it is continuous.
    adjacency
        bool [p, p], from row to column: what acts on what with no observed variable between.
    """

    names: tuple[str, ...]
    values: np.ndarray
    categories: tuple[tuple[str, ...] | None, ...]
    adjacency: np.ndarray


def random_world(
    kind: str, variables: int, degree: float, hidden: int, rows: int, rng: np.random.Generator
) -> World:
    """Draw a graph, its mechanisms and a table.

    Parameters
    ----------
    kind
        ``"linear"`` (Gaussian), ``"discrete"`` (two or three values), or ``"mixed"`` (sums of
        nonlinear functions; every third variable is only seen as yes or no).
    variables
        Observed ones.
    degree
        Edges at an observed variable, on average.
    hidden
        Further variables without causes that act on two observed ones each.
    rows
        Of the table.
    rng
        Everything is drawn from it.
    """
    size = variables + hidden
    full = np.zeros((size, size), dtype=bool)
    joined = np.triu(rng.random((variables, variables)) < degree / (variables - 1), 1)
    order = rng.permutation(variables)
    full[np.ix_(order, order)] = joined
    for k in range(variables, size):
        full[k, rng.choice(variables, 2, replace=False)] = True
    causal = [*range(variables, size), *order]
    if kind == "discrete":
        values, levels = _discrete(full, causal, rows, rng)
    else:
        values = _continuous(full, causal, rows, kind == "mixed", rng)
        levels = np.where(np.arange(size) % 3 == 2, 2, 0) if kind == "mixed" else np.zeros(size)
    categories = tuple(_names(int(count)) for count in levels[:variables])
    names = tuple(f"x{k + 1}" for k in range(variables))
    return World(names, values[:, :variables], categories, full[:variables, :variables])


def _names(count: int) -> tuple[str, ...] | None:
    return tuple("abc"[:count]) if count else None


def _continuous(
    full: np.ndarray, causal: list[int], rows: int, nonlinear: bool, rng: np.random.Generator
) -> np.ndarray:
    """Return standardised values; every third variable of a nonlinear model as 0 or 1."""
    values = np.zeros((rows, len(full)))
    for node in causal:
        total = rng.normal(size=rows)
        for parent in np.flatnonzero(full[:, node]):
            x = values[:, parent]
            weight = rng.uniform(0.5, 1.5) * rng.choice((-1, 1))
            if nonlinear:
                shape = (np.tanh, np.sin, np.abs, np.square)[rng.integers(4)]
                x = shape(rng.uniform(1.0, 2.0) * x + rng.normal(0.0, 0.5))
                x = (x - x.mean()) / max(x.std(), 1e-9)
            total = total + weight * x
        values[:, node] = (total - total.mean()) / total.std()
        if nonlinear and node % 3 == 2:
            values[:, node] = values[:, node] > rng.normal(0.0, 0.4)
    return values


def _discrete(
    full: np.ndarray, causal: list[int], rows: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return codes, and how many values each variable has.

    Log odds are sums of each cause's effect and half as strong interactions of two causes.
    """
    levels = rng.integers(2, 4, len(full))
    values = np.zeros((rows, len(full)))
    for node in causal:
        count = int(levels[node])
        parents = np.flatnonzero(full[:, node])
        odds = np.broadcast_to(rng.normal(0.0, 0.5, count), (rows, count)).copy()
        for k, parent in enumerate(parents):
            codes = values[:, parent].astype(int)
            odds += rng.normal(0.0, 1.0, (levels[parent], count))[codes]
            if k:
                before = values[:, parents[k - 1]].astype(int)
                table = rng.normal(0.0, 0.5, (levels[parent], levels[parents[k - 1]], count))
                odds += table[codes, before]
        chance = np.exp(odds - odds.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        drawn = (rng.random((rows, 1)) > chance.cumsum(axis=1)).sum(axis=1)
        values[:, node] = np.minimum(drawn, count - 1)
    return values, levels


def binary(chance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a yes or no a row."""
    return (rng.random(len(chance)) < chance).astype(float)


def logistic(odds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a yes or no a row, from its log odds."""
    return binary(expit(odds), rng)
