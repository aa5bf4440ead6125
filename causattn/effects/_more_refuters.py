"""Two refuters more, for those who ask: bootstrap and dummy outcome.

===============  ===================================================================================
`bootstrap`      Rows drawn with replacement. Null: the estimate scatters as its standard error
                 says, standard_error^2 around the estimate; the test and its outcome are those of
                 the data subset, whose rows are drawn without replacement
`dummy_outcome`  The outcome's rows are permuted. Null: the treatment does no more to the outcome
                 than to one that it cannot have caused; the test and its outcome are those of the
                 permuted placebo
===============  ===================================================================================

DoWhy's versions differ: its bootstrap adds noise that ignores the seed, and its dummy outcome
cannot be seeded at all.
"""

from __future__ import annotations

import numpy as np

from causattn.effects._linear import LinearEffect, statistics
from causattn.effects._refuters import (
    DECIDED,
    Draws,
    Refutation,
    placebo_refutation,
    scatter_refutation,
)
from causattn.effects._regression import fit


def bootstrap_draws(effect: LinearEffect, draws: int, rng: np.random.Generator) -> Draws:
    """Estimate on rows drawn with replacement, `draws` times; NaN where a value is missing."""
    columns = np.concatenate([effect.basis.vectors, effect.fits.residual[0].T], axis=1)
    outcome = effect.outcome_residual[effect.column]
    rows, width = columns.shape
    contrast = effect.treatment.contrasts[effect.contrast]
    estimates = np.full(draws, np.nan)
    for draw in range(draws):
        times = np.bincount(rng.integers(0, rows, rows), minlength=rows).astype(float)
        weighted = columns * times[:, None]
        gram = weighted.T @ columns
        if np.linalg.eigvalsh(gram)[0] > 1e-9 * np.trace(gram) / width:
            solved = np.linalg.solve(gram, weighted.T @ outcome)
            estimates[draw] = solved[-len(contrast) :] @ contrast
    return Draws(estimates)


def dummy_outcome_draws(effect: LinearEffect, draws: int, rng: np.random.Generator) -> Draws:
    """Estimate the effect on an outcome whose rows are permuted, `draws` times."""
    columns = effect.outcome.columns.T
    treatment = effect.treatment.columns.T[None]
    estimates, ratios = np.empty(draws), np.empty(draws)
    for draw in range(draws):
        permuted = effect.basis.residual(columns[:, rng.permutation(columns.shape[1])])
        fits = fit(effect.basis, treatment, permuted)
        effects = fits.effects(effect.treatment.contrasts)[0]
        kind = effect.standard_error_kind
        errors = fits.standard_errors(effect.treatment.contrasts, kind)[0]
        estimates[draw] = effects[effect.contrast, effect.column]
        ratios[draw] = statistics(effects, errors).max()
    return Draws(estimates, ratios)


def bootstrap(
    effect: LinearEffect, draws: int, rng: np.random.Generator, alpha: float
) -> Refutation:
    """Ask whether the estimate scatters over bootstrap samples as its standard error says."""
    if effect.decided:
        return Refutation(np.nan, np.nan, DECIDED)
    found = bootstrap_draws(effect, draws, rng).estimates
    return scatter_refutation(found - effect.estimate, effect.scatter_error**2, alpha)


def dummy_outcome(
    effect: LinearEffect, draws: int, rng: np.random.Generator, alpha: float
) -> Refutation:
    """Ask whether the effect stands out of those on permuted outcomes."""
    return placebo_refutation(dummy_outcome_draws(effect, draws, rng), effect.statistic, alpha)
