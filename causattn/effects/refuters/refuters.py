"""Refuters of a linear effect: many draws at once, each draw DoWhy's value on the same data.

Every refuter estimates the reported contrast again on data changed at random. The draws of a
refuter come one after the other from the stream of (seed, "effects", source, target, refuter), so
that draw k is the same whatever the number of draws, of workers, or of other edges, and no draw
repeats.

=====================  =============================================================================
`permuted_placebo`     The treatment's rows are permuted. Null: the treatment does no more than a
                       permuted one. The statistic is the largest |estimate| / standard error over
                       all contrasts, so that choosing the reported one is paid for; p is the share
                       of draws with a statistic at least as large, the actual data counted as a
                       draw: (1 + #) / (1 + draws). Two-sided by its absolute value. Uniform where
                       there is no effect (ratios, not estimates, are what may be compared, since
                       permuting frees the treatment from the adjustment: DiCiccio and Romano 2017).
                       **Passed** where p <= `alpha`: the effect stands out of its placebos.
`random_common_cause`  A standard normal column joins the adjustment set. Null: it shifts the
                       estimate by 0 on average, as anything independent must. Two-sided t-test of
                       the mean shift over draws. **Failed** where p < `alpha` and the mean shift is
                       more than a tenth of a standard error.
`data_subset`          A random share of the rows. Null: the estimate scatters over subsets as its
                       standard error says (the classical one where that was asked for, else the
                       robust one); with a share f the variance around the estimate should be
                       standard_error^2 (1 - f) / f. The sum of squares over it is chi-square with
                       as many degrees as draws; p is two-sided, 2 min(lower, upper tail).
                       **Failed** where p < `alpha` and the scatter is at least twice what it should
                       be: the interval is too narrow. (Too wide a one is left to stand.)
=====================  =============================================================================

DoWhy asks instead where 0 (placebo) or the estimate (the others) lies among the draws. For a
linear estimator the draws lie around that very point by construction, whatever the model, so that
its p is near 1 for right and wrong models alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.stats

from causattn.effects.estimate.linear import LinearEffect, statistics
from causattn.effects.estimate.regression import fit

_CELLS = 500_000
"""Numbers held at once per array of draws (4 MB, so that they stay in the cache)."""
DECIDED = "Not run: the treatment decides the outcome exactly."
NO_DRAWS = "Not run: most draws leave nothing to estimate from."
MATERIAL_SHIFT = 0.1
MATERIAL_SCATTER = 2.0


class Refutation(NamedTuple):
    """What a refuter found.

    `p` is two-sided (see the module), `measure` the placebos' mean estimate, the mean shift in
    standard errors, or the scatter over the expected one; `outcome` is ``"passed"``, ``"failed"``
    or the sentence that says why it was not run.
    """

    p: float
    measure: float
    outcome: str


@dataclass(frozen=True)
class Draws:
    """Estimates of the reported contrast over draws, float64 [draws]; NaN where there was none.

    `statistic` is the largest ratio over all contrasts, where the refuter compares ratios.
    """

    estimates: np.ndarray
    statistic: np.ndarray | None = None


def placebo_draws(effect: LinearEffect, draws: int, rng: np.random.Generator) -> Draws:
    """Estimate with the treatment's rows permuted, `draws` times."""
    columns = np.ascontiguousarray(effect.treatment.columns.T)
    width, rows = columns.shape
    at_once = max(1, _CELLS // (rows * (width + effect.outcome.columns.shape[1])))
    estimates, ratios = np.empty(draws), np.empty(draws)
    for first in range(0, draws, at_once):
        part = slice(first, min(first + at_once, draws))
        permuted = np.empty((part.stop - part.start, width, rows))
        for one in permuted:
            np.take(columns, rng.permutation(rows), axis=1, out=one)
        if effect.standard_error_kind == "classical":
            effects, errors = _classical(effect, permuted)
        else:
            fits = fit(effect.basis, permuted, effect.outcome_residual)
            effects = fits.effects(effect.treatment.contrasts)
            errors = fits.standard_errors(effect.treatment.contrasts, effect.standard_error_kind)
        estimates[part] = effects[:, effect.contrast, effect.column]
        ratios[part] = statistics(effects, errors).max(axis=(1, 2))
    return Draws(estimates, ratios)


def _classical(effect: LinearEffect, permuted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
    return contrasts @ coefficients, np.sqrt(variance)


def random_common_cause_draws(effect: LinearEffect, draws: int, rng: np.random.Generator) -> Draws:
    """Estimate with a standard normal column added to the adjustment, `draws` times.

    With u what the basis leaves of the new column, R'R and R'r lose their parts along u.
    """
    residual = effect.fits.residual[0]
    outcome = effect.outcome_residual[effect.column]
    width, rows = residual.shape
    gram, cross = residual @ residual.T, residual @ outcome
    stacked = np.column_stack([effect.basis.vectors, residual.T, outcome])
    contrast = effect.treatment.contrasts[effect.contrast]
    at_once = max(1, _CELLS // rows)
    estimates = np.empty(draws)
    for first in range(0, draws, at_once):
        part = slice(first, min(first + at_once, draws))
        noise = rng.normal(size=(part.stop - part.start, rows))
        products = noise @ stacked
        along = products[:, : effect.basis.rank]
        left = np.einsum("bn,bn->b", noise, noise) - np.einsum("bk,bk->b", along, along)
        on_treatment = products[:, effect.basis.rank : effect.basis.rank + width]
        on_outcome = products[:, -1]
        outer = on_treatment[:, :, None] * on_treatment[:, None, :]
        grams = gram - outer / left[:, None, None]
        crosses = cross - on_treatment * (on_outcome / left)[:, None]
        estimates[part] = np.linalg.solve(grams, crosses[:, :, None])[:, :, 0] @ contrast
    return Draws(estimates)


def data_subset_draws(
    effect: LinearEffect, fraction: float, draws: int, rng: np.random.Generator
) -> Draws:
    """Estimate on random rows, a share `fraction` without replacement, `draws` times.

    The normal equations of the subset are those of all rows less those of the rows left out
    (or those of the subset, where that is smaller).
    """
    columns = np.concatenate([effect.basis.vectors, effect.fits.residual[0].T], axis=1)
    outcome = effect.outcome_residual[effect.column]
    rows, width = columns.shape
    kept = round(fraction * rows)
    smaller = min(kept, rows - kept)
    whole, whole_cross = columns.T @ columns, columns.T @ outcome
    contrast = effect.treatment.contrasts[effect.contrast]
    at_once = max(1, _CELLS // max(1, smaller * width))
    estimates = np.full(draws, np.nan)
    for first in range(0, draws, at_once):
        part = slice(first, min(first + at_once, draws))
        picked = np.stack(
            [
                rng.choice(rows, smaller, replace=False, shuffle=False)
                for _ in range(part.start, part.stop)
            ]
        )
        some = columns[picked]
        grams = some.transpose(0, 2, 1) @ some
        crosses = np.einsum("bnk,bn->bk", some, outcome[picked])
        if smaller != kept:
            grams, crosses = whole - grams, whole_cross - crosses
        # A value may be missing from a subset: that draw has no estimate.
        possible = np.linalg.eigvalsh(grams)[:, 0] > 1e-9 * np.trace(whole) / width
        solved = np.linalg.solve(grams[possible], crosses[possible][:, :, None])[:, :, 0]
        estimates[part.start + np.flatnonzero(possible)] = (
            solved[:, -effect.treatment.columns.shape[1] :] @ contrast
        )
    return Draws(estimates)


def permuted_placebo(
    effect: LinearEffect, draws: int, rng: np.random.Generator, alpha: float
) -> Refutation:
    """Ask whether the effect stands out of those of permuted treatments (see the module)."""
    return placebo_refutation(placebo_draws(effect, draws, rng), effect.statistic, alpha)


def random_common_cause(
    effect: LinearEffect, draws: int, rng: np.random.Generator, alpha: float
) -> Refutation:
    """Ask whether an independent common cause shifts the estimate (see the module)."""
    if effect.decided:
        return Refutation(np.nan, np.nan, DECIDED)
    shift = random_common_cause_draws(effect, draws, rng).estimates - effect.estimate
    return shift_refutation(shift / effect.standard_error, alpha)


def data_subset(
    effect: LinearEffect,
    fraction: float,
    draws: int,
    rng: np.random.Generator,
    alpha: float,
) -> Refutation:
    """Ask whether the estimate scatters over subsets as its standard error says."""
    if effect.decided:
        return Refutation(np.nan, np.nan, DECIDED)
    found = data_subset_draws(effect, fraction, draws, rng).estimates
    variance = effect.scatter_error**2 * (1.0 - fraction) / fraction
    return scatter_refutation(found - effect.estimate, variance, alpha)


def placebo_refutation(found: Draws, statistic: float, alpha: float) -> Refutation:
    """Test whether the effect's statistic is one of its placebos'."""
    assert found.statistic is not None
    valid = ~np.isnan(found.estimates)
    if np.count_nonzero(valid) < len(valid) / 2:
        return Refutation(np.nan, np.nan, NO_DRAWS)
    larger = int(np.count_nonzero(found.statistic[valid] >= statistic))
    p = (1 + larger) / (1 + int(np.count_nonzero(valid)))
    mean = float(found.estimates[valid].mean())
    return Refutation(p, mean, "passed" if p <= alpha else "failed")


def shift_refutation(shift: np.ndarray, alpha: float) -> Refutation:
    """Test whether shifts, in standard errors, are 0 on average; NaN where a draw failed."""
    valid = shift[~np.isnan(shift)]
    if len(valid) < max(2, len(shift) / 2):
        return Refutation(np.nan, np.nan, NO_DRAWS)
    p = float(scipy.stats.ttest_1samp(valid, 0.0).pvalue)
    mean = float(valid.mean())
    failed = p < alpha and abs(mean) > MATERIAL_SHIFT
    return Refutation(p, mean, "failed" if failed else "passed")


def scatter_refutation(deviation: np.ndarray, variance: float, alpha: float) -> Refutation:
    """Test whether deviations from the estimate have a variance; NaN where a draw failed."""
    valid = deviation[~np.isnan(deviation)]
    if len(valid) < max(2, len(deviation) / 2):
        return Refutation(np.nan, np.nan, NO_DRAWS)
    total = float((valid**2).sum() / variance)
    tails = scipy.stats.chi2.cdf(total, len(valid)), scipy.stats.chi2.sf(total, len(valid))
    p = min(1.0, 2.0 * float(min(tails)))
    scatter = total / len(valid)
    failed = p < alpha and scatter >= MATERIAL_SCATTER
    return Refutation(p, scatter, "failed" if failed else "passed")
