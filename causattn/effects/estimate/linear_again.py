"""A linear effect estimated again on changed data, many draws at once.

Each draw is what DoWhy's linear regression gives on the same changed data.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from causattn.effects.contract import Change, Draws
from causattn.effects.estimate.design import Treatment
from causattn.effects.estimate.interactions import moderation
from causattn.effects.estimate.regression import Fits, fit, statistics
from causattn.effects.settings import StandardError

if TYPE_CHECKING:
    from causattn.effects.estimate.linear_effects import LinearEffect

_CELLS = 500_000
"""Numbers held at once per array of draws (4 MB, so that they stay in the cache)."""


def linear_again(effect: LinearEffect, changes: Iterable[Change]) -> Draws:
    """Estimate a linear effect on each change; changes are all of one kind."""
    rest = iter(changes)
    first = next(rest)
    if first.treatment is not None:
        how, width = _permuted, effect.treatment.columns.shape[1] + effect.outcome.columns.shape[1]
    elif first.column is not None:
        how, width = _joined, 1
    elif first.times is not None:
        how, width = _counted, effect.basis.rank
    else:
        how, width = _other_outcome, effect.outcome.columns.shape[1]
    every = chain((first,), rest)
    at_once = max(1, _CELLS // (effect.rows * width))
    parts = [how(effect, part) for part in iter(lambda: list(islice(every, at_once)), [])]
    estimates = np.concatenate([part.estimates for part in parts])
    ratios = [part.statistic for part in parts if part.statistic is not None]
    return Draws(estimates, np.concatenate(ratios) if ratios else None)


def _permuted(effect: LinearEffect, changes: list[Change]) -> Draws:
    """Estimate with the treatment's rows in another order."""
    columns = np.ascontiguousarray(effect.treatment.columns.T)
    permuted = np.empty((len(changes), *columns.shape))
    for one, change in zip(permuted, changes, strict=True):
        assert change.treatment is not None
        np.take(columns, change.treatment, axis=1, out=one)
    if effect.standard_error_kind == "classical":
        effects, errors = classical_effects(effect, permuted)
        ratios = statistics(effects, errors).max(axis=(1, 2))
        return Draws(effects[:, effect.contrast, effect.column], ratios)
    return _ratios(effect, fit(effect.basis, permuted, effect.outcome_residual))


def classical_effects(effect: LinearEffect, permuted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return effects and classical standard errors of permuted treatments, [b, c, m] each.

    They need the treatments' products only: no residual is ever written out.
    """
    draws, width, rows = permuted.shape
    outcomes, contrasts = effect.outcome_residual, effect.treatment.contrasts
    stacked = np.column_stack([effect.basis.vectors, outcomes.T])
    products = (permuted.reshape(-1, rows) @ stacked).reshape(draws, width, -1)
    along, cross = products[:, :, : effect.basis.rank], products[:, :, effect.basis.rank :]
    # Permuting rows changes no product of the treatment with itself.
    gram = permuted[0] @ permuted[0].T - along @ along.transpose(0, 2, 1)
    coefficients = np.linalg.solve(gram, cross)
    explained = np.einsum("bdm,bdm->bm", coefficients, cross)
    left = np.maximum(np.einsum("mn,mn->m", outcomes, outcomes) - explained, 0.0)
    inner = contrasts @ np.linalg.solve(
        gram, np.broadcast_to(contrasts.T, (draws, *contrasts.T.shape))
    )
    spread = np.einsum("bcc->bc", inner)
    variance = spread[:, :, None] * (left / effect.fits.degrees)[:, None, :]
    variance = variance + moderation(effect.treatment, coefficients)
    return contrasts @ coefficients, np.sqrt(variance)


def _joined(effect: LinearEffect, changes: list[Change]) -> Draws:
    """Estimate with a further column in the adjustment.

    With u what the basis leaves of the new column, R'R and R'r lose their parts along u.
    """
    residual = effect.fits.residual[0]
    outcome = effect.outcome_residual[effect.column]
    width, rank = len(residual), effect.basis.rank
    gram, cross = residual @ residual.T, residual @ outcome
    joined = np.stack([change.column for change in changes])  # type: ignore[misc]
    products = joined @ np.column_stack([effect.basis.vectors, residual.T, outcome])
    along = products[:, :rank]
    left = np.einsum("bn,bn->b", joined, joined) - np.einsum("bk,bk->b", along, along)
    on_treatment, on_outcome = products[:, rank : rank + width], products[:, -1]
    outer = on_treatment[:, :, None] * on_treatment[:, None, :]
    grams = gram - outer / left[:, None, None]
    crosses = cross - on_treatment * (on_outcome / left)[:, None]
    contrast = effect.treatment.contrasts[effect.contrast]
    return Draws(np.linalg.solve(grams, crosses[:, :, None])[:, :, 0] @ contrast)


def _counted(effect: LinearEffect, changes: list[Change]) -> Draws:
    """Estimate with each row counted so often; NaN where a value is missing.

    The normal equations of a subset are those of all rows less those of the rows left out.
    """
    # Orthonormal, so that what counts as nothing left does not depend on the source's unit.
    columns = np.concatenate([effect.basis.vectors, effect.fits.whitened[0].T], axis=1)
    outcome = effect.outcome_residual[effect.column]
    width = columns.shape[1]
    both = np.column_stack([columns, outcome])
    whole = columns.T @ both
    sums = np.empty((len(changes), width, width + 1))
    for place, change in enumerate(changes):
        assert change.times is not None
        gone = np.flatnonzero(change.times == 0)
        if change.times.max() == 1 and 2 * len(gone) <= len(columns):
            sums[place] = whole - columns[gone].T @ both[gone]
        else:
            sums[place] = (columns * change.times[:, None].astype(float)).T @ both
    grams, crosses = sums[:, :, :width], sums[:, :, width:]
    possible = np.linalg.eigvalsh(grams)[:, 0] > 1e-9 * np.trace(whole[:, :width]) / width
    estimates = np.full(len(changes), np.nan)
    solved = np.linalg.solve(grams[possible], crosses[possible])[:, :, 0]
    contrast = effect.fits.whitening[0] @ effect.treatment.contrasts[effect.contrast]
    estimates[possible] = solved[:, -len(contrast) :] @ contrast
    return Draws(estimates)


def _other_outcome(effect: LinearEffect, changes: list[Change]) -> Draws:
    """Estimate the effect on another outcome, or on the same in another order."""
    columns = effect.outcome.columns.T
    treatment = effect.treatment.columns.T[None]
    parts = []
    for change in changes:
        made = change.made if change.made is not None else columns[:, change.outcome]
        parts.append(_ratios(effect, fit(effect.basis, treatment, effect.basis.residual(made))))
    ratios = [part.statistic for part in parts if part.statistic is not None]
    return Draws(np.concatenate([part.estimates for part in parts]), np.concatenate(ratios))


def _ratios(effect: LinearEffect, fits: Fits) -> Draws:
    contrasts = effect.treatment.contrasts
    effects = fits.effects(contrasts)
    errors = contrast_errors(fits, effect.treatment, effect.standard_error_kind)
    ratios = statistics(effects, errors).max(axis=(1, 2))
    return Draws(effects[:, effect.contrast, effect.column], ratios)


def contrast_errors(fits: Fits, treatment: Treatment, kind: StandardError) -> np.ndarray:
    """Return the standard errors of a treatment's contrasts, float64 [b, c, m]."""
    errors = fits.standard_errors(treatment.contrasts, kind)
    if not len(treatment.moderators):
        return errors
    found: np.ndarray = np.sqrt(errors**2 + moderation(treatment, fits.coefficients))
    return found
