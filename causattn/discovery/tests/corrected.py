"""Test-wise deletion with its correction for values that are missing because of others.

Tu, Zhang, Ackermann, Mohan, Kjellström and Zhang (2019), "Causal discovery in the presence of
missing data" (MVPC). Rows that are left out because of a common effect of two variables make the
two dependent in the rows that are left. So where the causes W of what is missing are known, the
variables V of a question are predicted from W in the rows that have both, and W is taken as it is
in all rows: P(V) = sum of P(V | W, nothing missing) P(W). For linear Gaussian variables that is

    cov(V) = B cov(W) B' + cov(V - B W),

which is where the paper's sampling of virtual data (section 4.2) tends to. What test-wise deletion
finds independent is so (their proposition 1); so the higher of both p-values counts.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from causattn.base import CapabilityError
from causattn.discovery.contract import CONTINUOUS
from causattn.discovery.tests.contract import IndependenceTest, PValue, TestWise

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData


class CorrectedTest(TestWise):
    """Fisher's z by test-wise deletion, corrected where values are missing because of others.

    Parameters
    ----------
    test
        Fisher's z; no other test has the correction.
    alpha
        Level at which a variable is a cause of what is missing.
    """

    __test__ = False  # not a test of pytest's

    def __init__(self, test: IndependenceTest, alpha: float) -> None:
        if test.name != "fisher_z":
            raise CapabilityError(
                f"missing=corrected is for test=fisher_z, and the test is {test.name}; set "
                "missing=test-wise."
            )
        super().__init__(test)
        self.name = f"{test.name} test-wise, corrected"
        self.data_kinds = CONTINUOUS
        self._alpha = alpha

    def on(self, data: DiscoveryData) -> PValue:
        """Return the test; see `TestWise.on`."""
        deleted = super().on(data)
        causes = causes_of_missing(data, self._alpha)

        def p_value(x: int, y: int, given: tuple[int, ...]) -> float:
            p = deleted(x, y, given)
            asked = [x, y, *given]
            known = _all_causes(asked, causes)
            if not known:
                return p
            covariance, rows = corrected_covariance(data, asked, known)
            if rows <= len(asked) + len(known) + 1:
                return p
            return max(p, _p_value(covariance, rows, len(given)))

        return p_value


def causes_of_missing(data: DiscoveryData, alpha: float) -> dict[int, list[int]]:
    """Return for each variable with missing values which others go with their being missing.

    That a value is missing causes nothing, so who is dependent on it given any others is a cause.
    A variable is never its own cause: that cannot be seen in the data.
    """
    found: dict[int, list[int]] = {}
    if data.absent is None:
        return found
    for column in np.flatnonzero(data.absent.any(axis=0)).tolist():
        left = [k for k in range(data.size) if k != column]
        size = 0
        while size < len(left):
            around = list(left)
            for other in around:
                rest = [k for k in left if k != other]
                if any(
                    _missing_p_value(data, column, other, given) > alpha
                    for given in combinations(rest, size)
                ):
                    left.remove(other)
            size += 1
        if left:
            found[column] = left
    return found


def _missing_p_value(data: DiscoveryData, column: int, other: int, given: tuple[int, ...]) -> float:
    """Return the p-value of a variable being independent of whether another's values are missing.

    Where too few rows are left, or none or all of them lack the value, nothing speaks against it.
    """
    assert data.absent is not None
    columns = [other, *given]
    whole = ~data.absent[:, columns].any(axis=1)
    table = np.column_stack([data.absent[whole, column], data.values[whole][:, columns]])
    rows = len(table)
    if rows <= len(given) + 4 or (np.ptp(table, axis=0) == 0).any():
        return 1.0
    return _p_value(np.cov(table.T), rows, len(given))


def _all_causes(asked: list[int], causes: dict[int, list[int]]) -> list[int]:
    """Return the causes of what is missing of some variables, and of what is missing of those."""
    known: list[int] = []
    waiting = list(asked)
    while waiting:
        for cause in causes.get(waiting.pop(), []):
            if cause not in known:
                known.append(cause)
                waiting.append(cause)
    return known


def corrected_covariance(
    data: DiscoveryData, asked: list[int], known: list[int]
) -> tuple[np.ndarray, int]:
    """Return the covariance of variables as it would be with no row left out.

    Parameters
    ----------
    data
        The table.
    asked
        The variables.
    known
        The causes of what is missing of them.

    Returns
    -------
    covariance
        float64, of `asked`.
    rows
        How many rows have all values.
    """
    assert data.absent is not None
    whole = ~data.absent[:, [*asked, *known]].any(axis=1)
    rows = int(whole.sum())
    if rows < 2:
        return np.eye(len(asked)), rows
    causes = data.values[whole][:, known]
    causes = causes - causes.mean(axis=0)
    values = data.values[whole][:, asked]
    values = values - values.mean(axis=0)
    slopes = np.linalg.lstsq(causes, values, rcond=None)[0]
    left = values - causes @ slopes
    everywhere = data.values[~data.absent[:, known].any(axis=1)][:, known]
    spread = np.atleast_2d(np.cov(everywhere.T, bias=True))
    return slopes.T @ spread @ slopes + left.T @ left / rows, rows


def _p_value(covariance: np.ndarray, rows: int, given: int) -> float:
    """Return the p-value of Fisher's z of the first two variables given the others."""
    from causattn.discovery.pc.gaussian import z_p_values

    inverse = np.linalg.pinv(covariance, hermitian=True)
    partial = abs(inverse[0, 1]) / np.sqrt(inverse[0, 0] * inverse[1, 1])
    return float(z_p_values(np.sqrt(rows - given - 3) * np.arctanh(min(partial, 1 - 1e-15))))
