"""How strong a hidden common cause would have to be to explain an effect away.

=====================  =============================================================================
`robustness_value`     The share of the residual variance of both treatment and outcome that a
                       hidden cause must explain to bring the estimate to 0, or its interval to hold
                       0 (Cinelli and Hazlett 2020, "Making sense of sensitivity", JRSS-B 82,
                       equations 18 and 19); between 0 and 1, higher is safer
`partial_r2`           The share of the outcome's residual variance that the treatment explains
                       (their equation 12)
`e_value`              The risk ratio that a hidden cause must have with both treatment and outcome
                       (VanderWeele and Ding 2017, "Sensitivity analysis in observational research:
                       introducing the E-value", Annals of Internal Medicine 167); at least 1,
                       higher is safer. For a numeric outcome its standardised difference d becomes
                       the risk ratio exp(0.91 d), as they propose; of a numeric source it is that
                       of one standard deviation
=====================  =============================================================================
"""

from __future__ import annotations

import math
from typing import Any

import scipy.stats

from causattn.effects.estimate.linear_effects import LinearEffect

_MOST_EXPONENT = 350.0
"""Beyond this a risk ratio's square is no number any more."""


def sensitivity_columns(effect: LinearEffect, confidence: float) -> dict[str, Any]:
    """Return the evidence columns that say how much a hidden common cause would have to do.

    Parameters
    ----------
    effect
        A linear effect; its classical standard error is used, as these measures are defined.
    confidence
        Coverage of the interval that the second robustness value speaks of.
    """
    row = effect.treatment.contrasts[effect.contrast]
    error = effect.fits.standard_errors(row[None], "classical")[0, 0, effect.column]
    statistic = math.inf if effect.decided else effect.estimate / float(error)
    degrees = effect.fits.degrees
    if effect.outcome.levels[effect.column] is None:
        # Of a number as source, the effect of its standard deviation, whatever its unit is.
        unit = 1.0 if effect.meaning.start else float(effect.treatment.columns[:, 0].std())
        safe = e_value_of_difference(effect.estimate * unit, effect.outcome.scale)
    else:
        safe = e_value_of_risks(effect.estimate, _risk_before(effect))
    return {
        "sensitivity_partial_r2": partial_r2(statistic, degrees),
        "sensitivity_robustness": robustness_value(statistic, degrees),
        "sensitivity_robustness_interval": robustness_value(statistic, degrees, 1.0 - confidence),
        "sensitivity_e_value": safe,
    }


def _risk_before(effect: LinearEffect) -> float:
    """Return the outcome's mean were every row at the value that the contrast starts at."""
    coefficients = effect.fits.coefficients[0, :, effect.column]
    columns = effect.treatment.columns
    at_reference = float(effect.outcome.columns[:, effect.column].mean())
    at_reference -= float(columns.mean(axis=0) @ coefficients)
    started = effect.treatment.contrasts[effect.contrast] < 0
    return at_reference + float(coefficients[started].sum())


def partial_r2(statistic: float, degrees: int) -> float:
    """Return the partial R2 of a treatment, from its t statistic and the residual degrees."""
    if math.isinf(statistic):
        return 1.0
    return statistic**2 / (statistic**2 + degrees)


def robustness_value(statistic: float, degrees: int, alpha: float = 1.0) -> float:
    """Return the robustness value of an effect.

    Parameters
    ----------
    statistic
        The treatment's t statistic, with classical standard error.
    degrees
        Residual degrees of freedom.
    alpha
        1 asks what brings the estimate to 0; a level such as 0.05 what brings the interval of
        coverage 1 - alpha to hold 0.
    """
    if math.isinf(statistic):
        return 1.0
    strength = abs(statistic) / math.sqrt(degrees)
    if alpha < 1.0:
        critical = float(scipy.stats.t.isf(alpha / 2.0, degrees - 1)) / math.sqrt(degrees - 1)
        if strength <= critical:
            return 0.0
        # So strong an effect that the usual bound no longer binds: their second case.
        if strength > 1.0 / critical:
            return (strength**2 - critical**2) / (1.0 + strength**2)
        strength -= critical
    return (math.sqrt(strength**4 + 4.0 * strength**2) - strength**2) / 2.0


def e_value(risk_ratio: float) -> float:
    """Return the E-value of a risk ratio, either way round.

    Raises
    ------
    ValueError
        Where the ratio is not positive.
    """
    if not risk_ratio > 0:
        raise ValueError(f"A risk ratio is positive, got {risk_ratio}.")
    ratio = max(risk_ratio, 1.0 / risk_ratio)
    return ratio + math.sqrt(ratio * (ratio - 1.0))


def e_value_of_difference(effect: float, scale: float) -> float:
    """Return the E-value of a difference of means, given the outcome's standard deviation."""
    exponent = abs(0.91 * effect / scale)
    return math.inf if exponent > _MOST_EXPONENT else e_value(math.exp(exponent))


def e_value_of_risks(effect: float, risk: float) -> float:
    """Return the E-value of a difference of probabilities, given the probability it starts from.

    NaN where the two probabilities do not lie between 0 and 1, as a linear model allows.
    """
    other = risk + effect
    if not (0.0 < risk < 1.0 and 0.0 < other < 1.0):
        return math.nan
    return e_value(other / risk)
