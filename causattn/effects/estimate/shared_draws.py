"""Many linear effects estimated again over one set of draws, from sums of products alone.

Permuting, adding a random column and leaving out rows change a regression only through the sums of
products of its columns. Where all effects of a table use the same draws, these sums are worked out
once a draw for all columns together, one matrix product, and each effect takes its block: the cost
of a draw hardly depends on how many effects there are. Draws of one effect stay independent of each
other, and each refuter's p keeps its meaning; the p of two effects are no longer independent.

A draw's numbers are those that the effect itself gives for the same change (`linear_again`).
Standard errors are the classical ones, the only ones that follow from sums of products.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import numpy as np

from causattn.base import ConfigError, generator
from causattn.effects.contract import Change, Draws, Effect
from causattn.effects.estimate.design import Design
from causattn.effects.estimate.linear_effects import LinearEffect
from causattn.effects.estimate.regression import statistics
from causattn.effects.refuters.refute import refuter_options
from causattn.effects.registry import REFUTERS

_MOST = 100_000_000
"""Most numbers that the sums of products of one refuter's draws may take (800 MB)."""
_LEAST = 1e-6
"""Least eigenvalue of an orthonormal adjustment over a subset of the rows."""
_DROPPED, _CLEAR = 1e-13, 1e-8
"""Shares of a column that count as none of it and as enough of it; between them products alone
cannot decide, and the effect is estimated again from its rows."""


class _Rows(NamedTuple):
    """What a shared draw may ask of an effect."""

    rows: int


class SharedDraws:
    """Draws that all linear effects of one table are refuted with.

    Parameters
    ----------
    design
        The table's regression columns.
    draws
        Draws a refuter.
    seed
        The run's seed; the draws depend on it and on the number of rows only.
    settings
        Settings of refuters, by name.

    Raises
    ------
    ConfigError
        Where the table has too many columns to hold their products for all draws.
    """

    def __init__(
        self,
        design: Design,
        draws: int,
        seed: int,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._seed, self._draws, self._settings = seed, draws, settings or {}
        self._count = len(design.table.values)
        blocks, self._places, width = [], [], 1
        for feature in range(design.table.size):
            own = design.adjustment((feature,))
            centred = own - own.mean(axis=0)
            norm = np.linalg.norm(centred, axis=0)
            blocks.append(centred[:, norm > 0] / norm[norm > 0])
            self._places.append(np.arange(width, width + blocks[-1].shape[1]))
            width += blocks[-1].shape[1]
        if draws * width**2 > _MOST:
            raise ConfigError(
                f"effects.shared_draws=true would hold the products of {width} columns for "
                f"{draws} draws; set it to false, or ask for fewer draws."
            )
        intercept = np.full((self._count, 1), self._count**-0.5)
        # Columns of unit length, so that products are correlations and lose no digits.
        self._columns = np.concatenate([intercept, *blocks], axis=1)
        self._products = self._columns.T @ self._columns
        self._held: dict[str, tuple[str, Any]] = {}

    def changes(self, name: str) -> list[Change]:
        """Return a refuter's draws, the same for every effect."""
        refuter = REFUTERS[name]
        options = refuter_options(refuter, self._settings.get(name, {}))
        rng = generator(self._seed, "effects", "shared", name)
        rows = cast(Effect, _Rows(self._count))
        found = [refuter.draw(rows, options, rng) for _ in range(self._draws)]
        return [change for change in found if change is not None]

    def again(
        self, effect: LinearEffect, pair: tuple[int, int], given: tuple[int, ...], name: str
    ) -> Draws | None:
        """Estimate an effect on a refuter's draws; None where the rows are needed.

        Parameters
        ----------
        effect
            An effect estimated from the same table.
        pair, given
            Its source and target, and what it is adjusted for, as columns of the table.
        name
            A refuter whose draws can be shared (`Refuter.shared`).
        """
        if not REFUTERS[name].shared or effect.decided:
            return None
        if name not in self._held:
            self._held[name] = self._summed(self.changes(name))
        kind, sums = self._held[name]
        found = self._parts(effect, pair, given) if kind else None
        if found is None:
            return None
        if kind == "treatment":
            return _permuted(effect, found, sums)
        return (_joined if kind == "column" else _counted)(effect, found, sums)

    def _summed(self, changes: list[Change]) -> tuple[str, Any]:
        """Return the kind of changes, and sums of products of all columns over each of them."""
        first = changes[0]
        if first.treatment is not None:
            # Whole rows are picked, which lie together in memory.
            moved = (self._columns[change.treatment] for change in changes)
            return "treatment", np.stack([some.T @ self._columns for some in moved])
        if first.column is not None:
            columns = np.stack([cast(np.ndarray, change.column) for change in changes])
            squares = np.einsum("bn,bn->b", columns, columns)
            return "column", (columns @ self._columns, squares)
        if first.times is not None and first.times.max() == 1:
            gone = (self._columns[change.times == 0] for change in changes)
            return "times", np.stack([self._products - some.T @ some for some in gone])
        return "", None

    def _parts(
        self, effect: LinearEffect, pair: tuple[int, int], given: tuple[int, ...]
    ) -> _Parts | None:
        """Return an effect's columns as combinations of the table's; None where unsure.

        That is where columns are so nearly dependent that products alone cannot decide.
        """
        features = dict.fromkeys((*pair, *given))
        places = np.concatenate([[0], *(self._places[feature] for feature in features)])
        products = self._products[np.ix_(places, places)]
        held = np.isin(places, np.concatenate([[0], *(self._places[k] for k in given)]))
        rare = self._written(effect.treatment.rare, pair[0], places)
        wanted = np.concatenate([np.eye(len(places))[:, held], rare], axis=1)
        basis = _orthonormal(wanted, products)
        if basis is None:
            return None
        treatment = self._written(effect.treatment.columns, pair[0], places)
        left = treatment - basis @ (basis.T @ products @ treatment)
        sizes = np.diag(treatment.T @ products @ treatment)
        share = (left.T @ products @ left) / np.sqrt(np.outer(sizes, sizes))
        if np.linalg.eigvalsh(share)[0] < _CLEAR:
            return None
        outcome = self._written(effect.outcome.columns, pair[1], places)
        return _Parts(places, products, treatment, outcome, basis)

    def _written(self, wanted: np.ndarray, feature: int, places: np.ndarray) -> np.ndarray:
        """Return how columns [n, k] of a feature are combined from those at places, [c, k]."""
        own = np.concatenate([[0], self._places[feature]])
        across = self._columns[:, own].T @ wanted
        written = np.zeros((len(places), wanted.shape[1]))
        rows = [int(np.flatnonzero(places == place)[0]) for place in own]
        written[rows] = np.linalg.solve(self._products[np.ix_(own, own)], across)
        return written


class _Parts(NamedTuple):
    """An effect's columns, written over the c columns at some places of the table's.

    Parameters
    ----------
    places
        int64 [c].
    products
        float64 [c, c], of these columns.
    treatment, outcome, basis
        float64 [c, k], the combinations; `basis` is orthonormal and spans the adjustment.
    """

    places: np.ndarray
    products: np.ndarray
    treatment: np.ndarray
    outcome: np.ndarray
    basis: np.ndarray


def _permuted(effect: LinearEffect, found: _Parts, sums: np.ndarray) -> Draws:
    """Estimate with the treatment's rows permuted."""
    moved = found.treatment.T @ _block(sums, found.places)
    along = moved @ found.basis
    own = found.treatment.T @ found.products @ found.treatment
    grams = own - along @ along.transpose(0, 2, 1)
    projected = found.basis.T @ found.products @ found.outcome
    across = moved @ found.outcome - along @ projected
    total = np.diag(found.outcome.T @ found.products @ found.outcome)
    total = total - (projected**2).sum(axis=0)
    contrasts = effect.treatment.contrasts
    coefficients = np.linalg.solve(grams, across)
    left = np.maximum(total - (coefficients * across).sum(axis=1), 0.0)
    sides = np.broadcast_to(contrasts.T, (len(grams), *contrasts.T.shape))
    spread = (contrasts.T * np.linalg.solve(grams, sides)).sum(axis=1)
    errors = np.sqrt(spread[:, :, None] * (left / effect.fits.degrees)[:, None, :])
    effects = contrasts @ coefficients
    ratios = statistics(effects, errors).max(axis=(1, 2))
    return Draws(effects[:, effect.contrast, effect.column], ratios)


def _joined(effect: LinearEffect, found: _Parts, sums: tuple[np.ndarray, np.ndarray]) -> Draws:
    """Estimate with a column added to the adjustment."""
    products, squares = sums[0][:, found.places], sums[1]
    both = np.concatenate([found.treatment, found.outcome[:, [effect.column]]], axis=1)
    projected = found.basis.T @ found.products @ both
    residual = both.T @ found.products @ both - projected.T @ projected
    along = products @ found.basis
    on = products @ both - along @ projected
    left = squares - (along**2).sum(axis=1)
    return _solved(residual - on[:, :, None] * on[:, None, :] / left[:, None, None], effect)


def _counted(effect: LinearEffect, found: _Parts, sums: np.ndarray) -> Draws | None:
    """Estimate on some of the rows."""
    outcome = found.outcome[:, [effect.column]]
    every = np.concatenate([found.basis, found.treatment, outcome], axis=1)
    grams = every.T @ _block(sums, found.places) @ every
    width = found.basis.shape[1]
    if np.linalg.eigvalsh(grams[:, :width, :width])[:, 0].min() < _LEAST:
        return None
    inner = np.linalg.solve(grams[:, :width, :width], grams[:, :width, width:])
    return _solved(grams[:, width:, width:] - grams[:, width:, :width] @ inner, effect)


def _block(products: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the products among some columns, float64 [draws, c, c]."""
    return products[:, places[:, None], places[None, :]]


def _orthonormal(columns: np.ndarray, products: np.ndarray) -> np.ndarray | None:
    """Return an orthonormal basis of columns that are written over others, None if unsure."""
    gram = columns.T @ products @ columns
    scale = 1.0 / np.sqrt(np.maximum(np.diag(gram), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(gram * np.outer(scale, scale))
    if ((values > _DROPPED) & (values < _CLEAR)).any():
        return None
    kept = values >= _CLEAR
    basis: np.ndarray = columns @ (scale[:, None] * vectors[:, kept] / np.sqrt(values[kept]))
    return basis


def _solved(residual: np.ndarray, effect: LinearEffect) -> Draws:
    """Return the reported contrast from products of residuals, treatment first, outcome last."""
    coefficients = np.linalg.solve(residual[:, :-1, :-1], residual[:, :-1, -1:])[:, :, 0]
    return Draws(coefficients @ effect.treatment.contrasts[effect.contrast])
