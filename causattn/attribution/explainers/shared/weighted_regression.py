"""Weighted least squares with a penalty, and the error that comes from which rows were drawn.

Coefficients: Hoerl and Kennard (1970), "Ridge regression", equation 2.1, with weights and an
unpenalised intercept. Errors: White (1980), "A heteroskedasticity-consistent covariance matrix
estimator", equation 2 with its correction for degrees of freedom (MacKinnon and White 1985, HC1):
the rows are drawn independently, their noise is not of one size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch


@dataclass
class WeightedRegression:
    """A surrogate for captum's LIME and KernelSHAP, which hand it their drawn rows.

    Parameters
    ----------
    penalty
        Weight of the squared coefficients; 0 for least squares.

    Attributes
    ----------
    coefficients, errors
        float64 [k], after `fit`; errors are NaN where there are not more rows than unknowns.
    """

    penalty: float = 0.0

    def fit(
        self, train_data: Iterable[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]
    ) -> dict[str, float]:
        """Fit rows [n, k], outcomes [n] and weights [n], as captum hands them over."""
        rows, outcomes, weights = (
            torch.cat(part).double().cpu().numpy() for part in zip(*train_data, strict=True)
        )
        self.coefficients, self.errors = weighted_ridge(rows, outcomes, weights, self.penalty)
        return {}

    def representation(self) -> torch.Tensor:
        """Return the coefficients, float64 [1, k]."""
        return torch.from_numpy(self.coefficients)[None]


def weighted_ridge(
    rows: np.ndarray, outcomes: np.ndarray, weights: np.ndarray, penalty: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and their standard errors, float64 [k] each.

    Parameters
    ----------
    rows
        float64 [n, k]; an intercept is added.
    outcomes, weights
        float64 [n].
    penalty
        Weight of the squared coefficients, not of the intercept.
    """
    count, size = rows.shape
    share = weights / weights.sum()
    centred, outcome = rows - share @ rows, outcomes - share @ outcomes
    scaled = centred * weights[:, None]
    # Rows that never vary in a column (few draws) leave it undetermined: then the shortest answer.
    inverse = np.linalg.pinv(centred.T @ scaled + penalty * np.eye(size), hermitian=True)
    coefficients = inverse @ (scaled.T @ outcome)
    freedom = count - size - 1
    if freedom <= 0:
        return coefficients, np.full(size, np.nan)
    left = (outcome - centred @ coefficients)[:, None] * scaled
    covariance = inverse @ (left.T @ left) @ inverse * (count / freedom)
    return coefficients, np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
