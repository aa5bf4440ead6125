"""Refuters of many linear effects over one set of draws, from sums of products alone.

Permuting, adding a random column and leaving out rows change a regression only through the sums of
products of its columns. Where all effects of a table use the same draws, these sums are worked out
once a draw for all columns together, one matrix product, and each effect takes its block: the cost
of a draw hardly depends on how many effects there are. Draws of one effect stay independent of each
other, and each refuter's p keeps its meaning; the p of two effects are no longer independent.

A draw's numbers are those that `refuters` gives for the same permutation, column or rows. Standard
errors are the classical ones, the only ones that follow from sums of products.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from causattn.base import ConfigError, generator
from causattn.effects.estimate.design import Design
from causattn.effects.estimate.linear import LinearEffect, statistics
from causattn.effects.refuters.refuters import (
    DECIDED,
    Draws,
    Refutation,
    placebo_refutation,
    scatter_refutation,
    shift_refutation,
)

SHARED = ("placebo", "random_common_cause", "data_subset")
_MOST = 100_000_000
"""Most numbers that the sums of products of one refuter's draws may take (800 MB)."""
_LEAST = 1e-6
"""Least eigenvalue of an orthonormal adjustment over a subset of the rows."""
_DROPPED, _CLEAR = 1e-13, 1e-8
"""Shares of a column that count as none of it and as enough of it; between them products alone
cannot tell, and the effect is refuted from its rows."""


class SharedDraws:
    """Draws that all linear effects of one table are refuted with.

    Parameters
    ----------
    design
        The table's regression columns.
    draws, fraction
        Draws a refuter, and the share of the rows in a subset.
    seed
        The run's seed; the draws depend on it and on the number of rows only.

    Raises
    ------
    ConfigError
        Where the table has too many columns to hold their products for all draws.
    """

    def __init__(self, design: Design, draws: int, fraction: float, seed: int) -> None:
        self._seed, self._draws, self._fraction = seed, draws, fraction
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

    def permutations(self) -> np.ndarray:
        """Return the permutations of the placebo, int64 [draws, n]."""
        rng = generator(self._seed, "effects", "shared", "placebo")
        return np.stack([rng.permutation(self._count) for _ in range(self._draws)])

    def noise(self) -> np.ndarray:
        """Return the random common causes, float64 [draws, n]."""
        rng = generator(self._seed, "effects", "shared", "random_common_cause")
        return rng.normal(size=(self._draws, self._count))

    def left_out(self) -> np.ndarray:
        """Return the rows that each subset leaves out, int64 [draws, n - kept]."""
        rng = generator(self._seed, "effects", "shared", "data_subset")
        out = self._count - round(self._fraction * self._count)
        return np.stack(
            [rng.choice(self._count, out, replace=False, shuffle=False) for _ in range(self._draws)]
        )

    def placebo(
        self, effect: LinearEffect, pair: tuple[int, int], given: tuple[int, ...]
    ) -> Draws | None:
        """Estimate with the treatment's rows permuted; None where the rows are needed.

        Parameters
        ----------
        effect
            An effect estimated from the same table.
        pair, given
            Its source and target, and what it is adjusted for, as columns of the table.
        """
        found = self._parts(effect, pair, given)
        if found is None:
            return None
        moved = found.treatment.T @ _block(self._permuted, found.places)
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

    def random_common_cause(
        self, effect: LinearEffect, pair: tuple[int, int], given: tuple[int, ...]
    ) -> Draws | None:
        """Estimate with a standard normal column added; parameters as for `placebo`."""
        found = self._parts(effect, pair, given)
        if found is None:
            return None
        products, squares = self._noise_products
        products = products[:, found.places]
        both = np.concatenate([found.treatment, found.outcome[:, [effect.column]]], axis=1)
        projected = found.basis.T @ found.products @ both
        residual = both.T @ found.products @ both - projected.T @ projected
        along = products @ found.basis
        on = products @ both - along @ projected
        left = squares - (along**2).sum(axis=1)
        return _solved(residual - on[:, :, None] * on[:, None, :] / left[:, None, None], effect)

    def data_subset(
        self, effect: LinearEffect, pair: tuple[int, int], given: tuple[int, ...]
    ) -> Draws | None:
        """Estimate on a random share of the rows; parameters as for `placebo`."""
        found = self._parts(effect, pair, given)
        if found is None:
            return None
        outcome = found.outcome[:, [effect.column]]
        every = np.concatenate([found.basis, found.treatment, outcome], axis=1)
        grams = every.T @ _block(self._kept, found.places) @ every
        width = found.basis.shape[1]
        if np.linalg.eigvalsh(grams[:, :width, :width])[:, 0].min() < _LEAST:
            return None
        inner = np.linalg.solve(grams[:, :width, :width], grams[:, :width, width:])
        return _solved(grams[:, width:, width:] - grams[:, width:, :width] @ inner, effect)

    def refute(
        self,
        effect: LinearEffect,
        pair: tuple[int, int],
        given: tuple[int, ...],
        name: str,
        alpha: float,
    ) -> Refutation | None:
        """Refute an effect as `refuters` says; None where the rows are needed."""
        if name == "placebo":
            found = self.placebo(effect, pair, given)
            return None if found is None else placebo_refutation(found, effect.statistic, alpha)
        if effect.decided:
            return Refutation(np.nan, np.nan, DECIDED)
        if name == "random_common_cause":
            found = self.random_common_cause(effect, pair, given)
            if found is None:
                return None
            shift = (found.estimates - effect.estimate) / effect.standard_error
            return shift_refutation(shift, alpha)
        found = self.data_subset(effect, pair, given)
        variance = effect.scatter_error**2 * (1.0 - self._fraction) / self._fraction
        return (
            None
            if found is None
            else scatter_refutation(found.estimates - effect.estimate, variance, alpha)
        )

    @cached_property
    def _permuted(self) -> np.ndarray:
        """Products of permuted columns (row) with columns as they are, float64 [draws, c, c]."""
        # Whole rows are picked, which lie together in memory.
        moved = (self._columns[order] for order in self.permutations())
        return np.stack([some.T @ self._columns for some in moved])

    @cached_property
    def _noise_products(self) -> tuple[np.ndarray, np.ndarray]:
        """Products of the random columns with all columns, [draws, c], and with themselves."""
        noise = self.noise()
        return noise @ self._columns, np.einsum("bn,bn->b", noise, noise)

    @cached_property
    def _kept(self) -> np.ndarray:
        """Products over the rows that each subset keeps, float64 [draws, c, c]."""
        gone = (self._columns[rows] for rows in self.left_out())
        return np.stack([self._products - some.T @ some for some in gone])

    def _parts(
        self, effect: LinearEffect, pair: tuple[int, int], given: tuple[int, ...]
    ) -> _Parts | None:
        """Return an effect's columns as combinations of the table's; None where unsure.

        That is where columns are so nearly dependent that products alone cannot tell.
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
