"""Logistic regression by statsmodels, with what effects need of it.

No penalty: scikit-learn's default one (which DoWhy's propensity estimators take over) shrinks the
scores and leaves confounding behind in small samples.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

_ITERATIONS = 60
_SEPARATED = 30.0
"""Beyond this linear predictor a probability is 0 or 1 to thirteen digits: separation."""


class LogisticFit(NamedTuple):
    """A fitted logistic regression.

    Parameters
    ----------
    coefficients
        float64 [k].
    probability
        float64 [n], of each row.
    information
        float64 [k, k], the Fisher information.
    """

    coefficients: np.ndarray
    probability: np.ndarray
    information: np.ndarray


def logistic(columns: np.ndarray, outcome: np.ndarray) -> LogisticFit | str:
    """Fit a logistic regression, or say why there is none.

    Parameters
    ----------
    columns
        float64 [n, k], of full rank, the intercept among them.
    outcome
        float64 [n], 0 or 1.
    """
    from statsmodels.discrete.discrete_model import Logit  # a second to import
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    model = Logit(outcome, columns, check_rank=False)
    found: LogisticFit | None = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fitted = model.fit(method="newton", maxiter=_ITERATIONS, tol=1e-10, disp=0)
            if np.abs(columns @ fitted.params).max() <= _SEPARATED:
                information = -model.hessian(fitted.params)
                found = LogisticFit(fitted.params, model.predict(fitted.params), information)
        except (PerfectSeparationError, np.linalg.LinAlgError):
            pass
    if found is not None and np.isfinite(found.coefficients).all():
        return found
    return "The columns separate the outcome's values perfectly: no logistic regression exists."
