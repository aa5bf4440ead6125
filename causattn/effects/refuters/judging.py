"""Three ways to judge an effect by its draws; a refuter takes one of them, or has its own.

==============  ====================================================================================
`stands_out`    Null: the effect's statistic is one of the draws'. The statistic is the largest
                |estimate| / standard error over all contrasts, so that choosing the reported one is
                paid for; p is the share of draws with a statistic at least as large, the actual
                data counted as a draw: (1 + #) / (1 + draws). Two-sided by its absolute value.
                Ratios, not estimates, are what may be compared, since permuting frees the treatment
                from the adjustment (DiCiccio and Romano 2017). **Passed** where p <= `alpha`.
`shift`         Null: the draws shift the estimate by 0 on average. Two-sided t-test of the mean
                shift. **Failed** where p < `alpha` and the mean shift is more than a tenth of a
                standard error.
`scatter`       Null: the draws scatter around the estimate with a given variance. The sum of
                squares over it is chi-square with as many degrees as draws; p is two-sided, 2
                min(lower, upper tail). **Failed** where p < `alpha` and the scatter is at least
                twice what it should be: the interval is too narrow. (Too wide a one is left to
                stand.)
==============  ====================================================================================

DoWhy asks instead where 0 (placebo) or the estimate (the others) lies among the draws. For a
linear estimator the draws lie around that very point by construction, whatever the model, so that
its p is near 1 for right and wrong models alike.
"""

from __future__ import annotations

import numpy as np
import scipy.stats

from causattn.effects.contract import Draws, Refutation

NO_DRAWS = "Not run: most draws leave nothing to estimate from."
MATERIAL_SHIFT = 0.1
MATERIAL_SCATTER = 2.0


def stands_out(draws: Draws, statistic: float, alpha: float) -> Refutation:
    """Test whether an effect's statistic is one of its draws'; see the module."""
    assert draws.statistic is not None
    valid = ~np.isnan(draws.estimates)
    if np.count_nonzero(valid) < len(valid) / 2:
        return Refutation(np.nan, np.nan, NO_DRAWS)
    larger = int(np.count_nonzero(draws.statistic[valid] >= statistic))
    p = (1 + larger) / (1 + int(np.count_nonzero(valid)))
    mean = float(draws.estimates[valid].mean())
    return Refutation(p, mean, "passed" if p <= alpha else "failed")


def shift(shifts: np.ndarray, alpha: float) -> Refutation:
    """Test whether shifts, in standard errors, are 0 on average; NaN where a draw failed."""
    valid = shifts[~np.isnan(shifts)]
    if len(valid) < max(2, len(shifts) / 2):
        return Refutation(np.nan, np.nan, NO_DRAWS)
    mean = float(valid.mean())
    # Where all draws are the same there is no scatter to hold their mean against.
    same = bool((valid == valid[0]).all())
    p = float(mean == 0) if same else float(scipy.stats.ttest_1samp(valid, 0.0).pvalue)
    failed = p < alpha and abs(mean) > MATERIAL_SHIFT
    return Refutation(p, mean, "failed" if failed else "passed")


def scatter(deviations: np.ndarray, variance: float, alpha: float) -> Refutation:
    """Test whether deviations from the estimate have a variance; NaN where a draw failed."""
    valid = deviations[~np.isnan(deviations)]
    if len(valid) < max(2, len(deviations) / 2):
        return Refutation(np.nan, np.nan, NO_DRAWS)
    total = float((valid**2).sum() / variance)
    tails = scipy.stats.chi2.cdf(total, len(valid)), scipy.stats.chi2.sf(total, len(valid))
    p = min(1.0, 2.0 * float(min(tails)))
    found = total / len(valid)
    failed = p < alpha and found >= MATERIAL_SCATTER
    return Refutation(p, found, "failed" if failed else "passed")
