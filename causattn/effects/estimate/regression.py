"""Linear regression of outcomes on a treatment given adjustment columns, in closed form.

With Q an orthonormal basis of intercept and adjustment columns, treatment T [n, d] and outcomes
Y [n, m], the treatment's coefficients in the regression of Y on (1, adjustment, T) are those of the
residuals (Frisch and Waugh 1933, Lovell 1963):

    R = T - Q Q'T,   r = Y - Q Q'Y,   b = (R'R)^-1 R'r.

Q serves all treatments and outcomes that share an adjustment set, and all draws of a refuter.

Standard errors: *classical*, s^2 (R'R)^-1 with n - rank degrees of freedom (what DoWhy's linear
regression gives); *robust*, HC3 (MacKinnon and White 1985), right where the errors' variance
changes from row to row, as it does for every discrete outcome; *conservative*, the larger of the
two for each contrast (Angrist and Pischke 2009, "Mostly Harmless Econometrics", section 8.1), since
HC3 is far too small where a rare treatment value saw one outcome only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from causattn.effects.settings import StandardError

_ROUNDING = 8.0 * float(np.finfo(float).eps)
_DEPENDENT = 1e-9
"""A column of which less than this share is left after the others is taken as dependent."""


@dataclass(frozen=True)
class Basis:
    """An orthonormal basis of intercept and adjustment columns.

    Parameters
    ----------
    vectors
        float64 [n, r], orthonormal.
    leverage
        float64 [n], squared length of each row.
    """

    vectors: np.ndarray
    leverage: np.ndarray

    @classmethod
    def of(cls, columns: np.ndarray) -> Basis:
        """Return the basis of the intercept and `columns`, [n, q]; dependent columns drop out."""
        count = len(columns)
        centred = columns - columns.mean(axis=0)
        # The mean of large numbers is rounded, too.
        centred -= centred.mean(axis=0)
        spread = np.linalg.norm(centred, axis=0)
        # A column that is constant but for rounding is the intercept again.
        scale = np.abs(columns).max(axis=0, initial=0.0) * np.sqrt(count)
        keep = spread > np.maximum(_ROUNDING * scale, np.finfo(float).tiny)
        intercept = np.full((count, 1), 1.0 / np.sqrt(count))
        vectors = intercept
        if keep.any():
            q, r, _ = scipy.linalg.qr(
                centred[:, keep] / spread[keep], mode="economic", pivoting=True
            )
            rank = int(np.count_nonzero(np.abs(np.diagonal(r)) > _DEPENDENT))
            vectors = np.concatenate([intercept, q[:, :rank]], axis=1)
        return cls(vectors, np.einsum("ij,ij->i", vectors, vectors))

    @property
    def rank(self) -> int:
        """Number of independent columns, the intercept among them."""
        return self.vectors.shape[1]

    def residual(self, rows: np.ndarray) -> np.ndarray:
        """Return `rows`, [..., n], each less its projection on the basis."""
        flat = rows.reshape(-1, rows.shape[-1])
        return (flat - (flat @ self.vectors) @ self.vectors.T).reshape(rows.shape)


@dataclass(frozen=True)
class Fits:
    """Regressions of the same m outcomes on b treatments, each given the same adjustment.

    Arrays over rows have these last, contiguous: draws of a refuter are long and narrow.

    Parameters
    ----------
    coefficients
        float64 [b, d, m].
    residual
        float64 [b, d, n], the treatments' residuals, R'.
    whitened
        float64 [b, d, n], the same made orthonormal: ``whitening @ residual``.
    whitening
        float64 [b, d, d], lower triangular.
    errors
        float64 [b, m, n], the regressions' errors.
    leverage
        float64 [b, n], diagonal of the hat matrix.
    degrees
        Residual degrees of freedom.
    """

    coefficients: np.ndarray
    residual: np.ndarray
    whitened: np.ndarray
    whitening: np.ndarray
    errors: np.ndarray
    leverage: np.ndarray
    degrees: int

    def effects(self, contrasts: np.ndarray) -> np.ndarray:
        """Return the effects of contrasts [c, d], float64 [b, c, m]."""
        return contrasts @ self.coefficients

    def standard_errors(self, contrasts: np.ndarray, kind: StandardError) -> np.ndarray:
        """Return the standard errors of contrasts [c, d], float64 [b, c, m]."""
        # A contrast's effect sums the outcomes with the weights `inside @ whitened`.
        inside = contrasts @ self.whitening.transpose(0, 2, 1)
        squared = self.errors**2
        variance = np.zeros((len(inside), len(contrasts), self.errors.shape[1]))
        if kind != "robust":
            total = np.einsum("bcd,bcd->bc", inside, inside)
            variance = total[:, :, None] * (squared.sum(axis=2) / self.degrees)[:, None, :]
        if kind != "classical":
            # A row that alone decides a coefficient has leverage 1 and error 0: it adds nothing.
            left = 1.0 - self.leverage
            inverse = np.where(left > _DEPENDENT, 1.0 / np.maximum(left, _DEPENDENT), 0.0)
            squared *= (inverse * inverse)[:, None, :]
            variance = np.maximum(variance, self._weighed(inside, squared))
        return np.sqrt(variance)

    def _weighed(self, inside: np.ndarray, squared: np.ndarray) -> np.ndarray:
        """Return sums over rows of squared errors times the contrasts' squared weights."""
        contrasts, width = inside.shape[1:]
        many = squared.shape[1]
        if contrasts * (width + many) <= many * width**2:
            weights = inside @ self.whitened
            weights *= weights
            return weights @ squared.transpose(0, 2, 1)
        # All pairs of many values are many: as quadratic forms, the rows are gone over once.
        found = np.empty((len(inside), contrasts, many))
        for k in range(many):
            middle = (self.whitened * squared[:, [k]]) @ self.whitened.transpose(0, 2, 1)
            found[:, :, k] = ((inside @ middle) * inside).sum(axis=2)
        return found


def fit(basis: Basis, treatments: np.ndarray, outcome_residual: np.ndarray) -> Fits:
    """Regress outcomes on treatments given the basis.

    Parameters
    ----------
    basis
        Intercept and adjustment.
    treatments
        float64 [b, d, n], b draws of a treatment.
    outcome_residual
        float64 [m, n], ``basis.residual(outcome)``.

    Raises
    ------
    numpy.linalg.LinAlgError
        Where a treatment is dependent on the basis; ask `dependent` first.
    """
    residual = basis.residual(treatments)
    gram = residual @ residual.transpose(0, 2, 1)
    identity = np.eye(gram.shape[1])
    whitening = np.linalg.solve(np.linalg.cholesky(gram), np.broadcast_to(identity, gram.shape))
    whitened = whitening @ residual
    along = whitened @ outcome_residual.T
    coefficients = whitening.transpose(0, 2, 1) @ along
    errors = outcome_residual - along.transpose(0, 2, 1) @ whitened
    leverage = basis.leverage + np.einsum("bdn,bdn->bn", whitened, whitened)
    degrees = residual.shape[2] - basis.rank - residual.shape[1]
    return Fits(coefficients, residual, whitened, whitening, errors, leverage, degrees)


def dependent(basis: Basis, rows: np.ndarray) -> bool:
    """Return whether the treatment's rows, [d, n], are linearly dependent given the basis."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    spread = np.linalg.norm(centred, axis=1, keepdims=True)
    if (spread == 0).any():
        return True
    left = basis.residual(centred / spread)
    return bool(np.linalg.eigvalsh(left @ left.T)[0] < _DEPENDENT)


def statistics(effects: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Return |effect| over standard error; 0 where both are 0, infinite where only the error is."""
    # Errors below rounding are none: an outcome that the treatment decides has no error left.
    tiny = 1e-12 * np.abs(effects)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(errors > tiny, np.abs(effects) / errors, np.inf)
    return np.where((np.abs(effects) < 1e-15) & ~(errors > tiny), 0.0, ratio)
