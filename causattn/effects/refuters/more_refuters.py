"""Refuters for those who ask: bootstrap, dummy outcome, unobserved common cause.

=========================== ========================================================================
`bootstrap`                 Rows drawn with replacement. Null: the estimate scatters as its standard
                            error says, standard_error^2 around the estimate; the test and its
                            outcome are those of the data subset, whose rows are drawn without
                            replacement
`dummy_outcome`             The outcome's rows are permuted. Null: the treatment does no more to the
                            outcome than to one that it cannot have caused; the test and its outcome
                            are those of the permuted placebo
`unobserved_common_cause`   The outcome is simulated from a hidden cause of treatment and outcome
                            and nothing else. Null: the effect is 0, and a cause that nobody
                            measured, which explains a given share of the residual variance of both
                            (Cinelli and Hazlett 2020), fakes what is seen. The statistic is the
                            placebo's, the largest |estimate| / standard error over all contrasts;
                            p is the share of draws with one at least as large, the data counted as
                            a draw. Two-sided: the cause may push either way, and absolute values
                            are compared. Uniform where a cause of that very strength is all there
                            is; larger where it is weaker. **Passed** where p <= `alpha`: no cause
                            of that strength fakes the effect
=========================== ========================================================================

DoWhy's versions differ: its bootstrap adds noise that ignores the seed, its dummy outcome and its
unobserved common cause cannot be seeded at all, and the latter gives a range and no test.
"""

from __future__ import annotations

import numpy as np

from causattn.effects.estimate.linear import LinearEffect, statistics
from causattn.effects.estimate.regression import fit
from causattn.effects.refuters.refuters import (
    DECIDED,
    Draws,
    Refutation,
    placebo_refutation,
    scatter_refutation,
)


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


def hidden_cause_draws(
    effect: LinearEffect, strength: float, draws: int, rng: np.random.Generator
) -> Draws:
    """Estimate the effect on outcomes that only a hidden cause of both makes, `draws` times.

    With w the treatment's part that the contrast rests on, less the adjustment and of variance 1,
    the cause is u = sqrt(s) w + sqrt(1 - s) noise, and each of the outcome's columns becomes
    sqrt(s) u + sqrt(1 - s) noise of its own, in that column's residual scale: the partial
    correlation with w is s on average, whatever the sign of u.
    """
    fits, contrasts = effect.fits, effect.treatment.contrasts
    width, rows = effect.outcome_residual.shape
    weights = contrasts[effect.contrast] @ fits.whitening[0].T @ fits.whitened[0]
    direction = weights / np.sqrt((weights**2).mean())
    scale = np.sqrt((effect.outcome_residual**2).mean(axis=1, keepdims=True))
    through, beside = np.sqrt(strength), np.sqrt(1.0 - strength)
    treatment = effect.treatment.columns.T[None]
    estimates, ratios = np.empty(draws), np.empty(draws)
    for draw in range(draws):
        cause = through * direction + beside * rng.normal(size=rows)
        made = scale * (through * cause + beside * rng.normal(size=(width, rows)))
        again = fit(effect.basis, treatment, effect.basis.residual(made))
        effects = again.effects(contrasts)[0]
        errors = again.standard_errors(contrasts, effect.standard_error_kind)[0]
        estimates[draw] = abs(effects[effect.contrast, effect.column])
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


def unobserved_common_cause(
    effect: LinearEffect, strength: float, draws: int, rng: np.random.Generator, alpha: float
) -> Refutation:
    """Ask whether a hidden cause of both, of a given strength, could fake the effect.

    Parameters
    ----------
    effect
        The effect that is refuted.
    strength
        Share of the residual variance of both treatment and outcome that the cause explains.
    draws, rng, alpha
        See the module. `measure` is the mean size of what the cause fakes.
    """
    found = hidden_cause_draws(effect, strength, draws, rng)
    return placebo_refutation(found, effect.statistic, alpha)
