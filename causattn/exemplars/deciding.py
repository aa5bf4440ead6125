"""Deciding documents: those without which an edge's estimate would be another.

Leaving document i out of a linear regression changes the coefficients by (R'R)^-1 r_i e_i / (1 -
h_i), exactly (Cook and Weisberg 1982, "Residuals and Influence in Regression", equation 2.2.1):
with r_i the treatment given the adjustment, e_i the error and h_i the leverage. So every document's
influence comes out of one fit.

How few documents an edge's sign hangs on: those that hold it up are left out in the order of their
influence (the approximate most influential set of Broderick, Giordano and Meager 2020, "An
Automatic Finite-Sample Robustness Metric", arXiv 2011.14999, section 2), as many as it takes by
bisection, the estimate made again without them each time. Another set may be smaller still.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.base import DataError, listed
from causattn.effects import Design, LinearEffect, LinearEffects
from causattn.features import FeatureTable


@dataclass(frozen=True)
class Deciding:
    """What each document does to an effect.

    Parameters
    ----------
    estimate
        The effect, of all documents.
    outcome, levels
        What the effect is on, and the two values of the source that it compares.
    influence
        float64 [n], the estimate less the one without the document: above 0, the document pulls
        it up. NaN where the estimate hangs on this document alone.
    turning
        int64, the fewest documents found without which the estimate has the other sign, in the
        order they were left out; empty where no half of the documents does it.
    turned
        The estimate without them; NaN where there are none.
    """

    estimate: float
    outcome: str
    levels: tuple[str, str]
    influence: np.ndarray
    turning: np.ndarray
    turned: float

    def strongest(self, count: int) -> np.ndarray:
        """Return the documents of the largest influence either way, int64 [<= count]."""
        size = np.nan_to_num(np.abs(self.influence), nan=np.inf)
        # Documents alike in every column used have one influence, up to rounding.
        scale = float(np.max(size[np.isfinite(size)], initial=0.0)) or 1.0
        order = np.argsort(-np.round(size / scale, 9), kind="stable")[:count]
        found: np.ndarray = order[size[order] > 0]
        return found


def deciding_documents(
    table: FeatureTable,
    source: str,
    target: str,
    adjustment: tuple[str, ...] = (),
    *,
    levels: tuple[str, str] | None = None,
    outcome: str | None = None,
    minimum_count: int = 10,
) -> Deciding | str:
    """Return what each document does to the effect of one feature on another, or why not.

    Parameters
    ----------
    table
        Documents by features.
    source, target, adjustment
        Features by name; the adjustment set is that of the evidence (``data_adjustment``).
    levels
        The source's values that are compared; the most significant pair where None.
    outcome
        Which of the outcome's columns, such as ``"P(lung = yes)"``; the most significant where
        None.
    minimum_count
        Fewest rows a value must have to be compared.

    Returns
    -------
    Deciding or str
        Rows count those of the table.

    Raises
    ------
    DataError
        For a name that is no feature's.
    """
    index = {name: k for k, name in enumerate(table.names)}
    for name in (source, target, *adjustment):
        if name not in index:
            raise DataError(
                f"There is no feature {name} in the table; its features are {listed(index)}."
            )
    columns = tuple(index[name] for name in adjustment)
    design = Design(table, minimum_count)
    if levels is not None and not all(levels):
        levels = None
    effect = _effect(design, index[source], index[target], columns, levels, outcome)
    if isinstance(effect, str):
        return effect
    influence = leave_one_out(effect)
    held = effect.treatment.labels[effect.contrast]
    turning, turned = _turning(effect, influence)
    label = effect.outcome.labels[effect.column]
    return Deciding(effect.estimate, label, held, influence, turning, turned)


def leave_one_out(effect: LinearEffect) -> np.ndarray:
    """Return the effect less the effect without each document, float64 [n]."""
    fits = effect.fits
    inside = effect.treatment.contrasts[effect.contrast] @ fits.whitening[0].T
    weights = inside @ fits.whitened[0]
    left = 1.0 - fits.leverage[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = weights * fits.errors[0, effect.column] / left
    # A document of leverage 1 decides a coefficient alone: without it there is no estimate, unless
    # the coefficient is another's.
    alone = left < 1e-9
    found[alone] = np.where(np.abs(weights[alone]) < 1e-9, 0.0, np.nan)
    return found


def _effect(
    design: Design,
    source: int,
    target: int,
    adjustment: tuple[int, ...],
    levels: tuple[str, str] | None,
    outcome: str | None,
) -> LinearEffect | str:
    """Return the effect that is asked for, or why there is none."""
    linear = LinearEffects(design)
    effect = linear.estimate(source, target, adjustment, levels)
    if isinstance(effect, str) or outcome is None or outcome not in effect.outcome.labels:
        return effect
    reported = (effect.contrast, effect.outcome.labels.index(outcome))
    return linear.estimate(source, target, adjustment, levels, reported)


def _turning(effect: LinearEffect, influence: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the documents without which the sign turns, and the estimate without them."""
    pull = np.nan_to_num(influence) * np.sign(effect.estimate)
    order = np.argsort(-pull, kind="stable")[: int(np.count_nonzero(pull > 0))]
    columns = np.concatenate([effect.basis.vectors, effect.treatment.columns], axis=1)
    size = np.linalg.norm(columns, axis=0)
    columns = columns / size
    wanted = np.zeros(len(size))
    wanted[effect.basis.rank :] = effect.treatment.contrasts[effect.contrast]
    wanted /= size
    outcome = effect.outcome.columns[:, effect.column]
    gram, product = columns.T @ columns, columns.T @ outcome

    def without(count: int) -> float:
        """Return the estimate without the first `count` documents, NaN where there is none."""
        gone = columns[order[:count]]
        left = gram - gone.T @ gone
        inverse = np.linalg.pinv(left, rcond=1e-10, hermitian=True)
        if np.abs(left @ (inverse @ wanted) - wanted).max() > 1e-6 * np.abs(wanted).max():
            return float("nan")  # what is left does not hold both values any more
        return float(wanted @ inverse @ (product - gone.T @ outcome[order[:count]]))

    def turns(count: int) -> bool:
        """Return whether the sign is another without the first `count`, by more than rounding."""
        return without(count) * effect.estimate < -1e-9 * effect.estimate**2

    most = min(len(order), len(outcome) // 2)
    if not most or not turns(most):
        return np.empty(0, dtype=np.int64), float("nan")
    few = 0  # with so few left out, the sign stands
    while most - few > 1:
        middle = (few + most) // 2
        few, most = (few, middle) if turns(middle) else (middle, most)
    return order[:most], without(most)
