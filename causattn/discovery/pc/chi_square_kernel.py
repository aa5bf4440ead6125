"""Compiled survival function of the chi-square distribution.

The regularised upper incomplete gamma function Q(a, x) at a = degrees of freedom / 2 and
x = statistic / 2, by its series below x = a + 1 and its continued fraction above (Abramowitz and
Stegun 1964, 6.5.29 and 6.5.31, the latter evaluated as in Lentz 1976). The leading factor is
formed from the deviance of x from a, as Loader (2000), "Fast and accurate computation of binomial
probabilities", does for Poisson probabilities, so that it stays exact at many thousand degrees of
freedom, where x^a exp(-x) / Gamma(a) would lose all its digits.
"""

import math

from causattn.base import njit

_EPSILON = 1e-16
_TINY = 1e-300


@njit(cache=True, nogil=True, error_model="numpy")
def survival(statistic: float, degrees: float) -> float:
    """Return P(X > statistic) for X chi-square with `degrees` > 0 degrees of freedom."""
    if statistic <= 0.0:
        return 1.0
    a = 0.5 * degrees
    x = 0.5 * statistic
    if a < 15.0:
        factor = math.exp(a * math.log(x) - x - math.lgamma(a))
    else:
        ratio = x / a - 1.0
        inverse = 1.0 / (a * a)
        stirling = (
            1.0 / 12.0 - inverse * (1.0 / 360.0 - inverse * (1.0 / 1260.0 - inverse / 1680.0))
        ) / a
        deviance = a * (ratio - math.log1p(ratio))
        factor = math.exp(-deviance - stirling) * math.sqrt(a / (2.0 * math.pi))
    if x < a + 1.0:
        term = 1.0 / a
        total = term
        k = a
        while term > total * _EPSILON:
            k += 1.0
            term *= x / k
            total += term
        return max(0.0, 1.0 - factor * total)
    b = x + 1.0 - a
    c = 1.0 / _TINY
    d = 1.0 / b
    fraction = d
    k = 0.0
    while True:
        k += 1.0
        step = -k * (k - a)
        b += 2.0
        d = step * d + b
        if abs(d) < _TINY:
            d = _TINY
        c = b + step / c
        if abs(c) < _TINY:
            c = _TINY
        d = 1.0 / d
        change = d * c
        fraction *= change
        if abs(change - 1.0) <= 4.0 * _EPSILON:
            return min(1.0, factor * fraction)
