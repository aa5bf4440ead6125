"""Effects by DoWhy's own estimators, with an adjustment set of ours.

DoWhy's `identify_effect` searches for adjustment sets over the whole graph and hangs as confounders
grow, so that its identified estimand is built here, from treatment, outcome and a set that was
read off the graph.

One contrast of a discrete treatment is one 0/1 column: the indicator of the value the contrast
ends at, with the indicators of the other values (but the one it starts at) beside the adjustment.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from causattn.effects.estimate.linear_effects import LinearEffect

TREATMENT, OUTCOME = "treatment", "outcome"
_AGREE = 1e-6


class DowhyEffect(NamedTuple):
    """An effect as DoWhy gives it, with its interval (classical standard errors)."""

    estimate: float
    low: float
    high: float


def identified_estimand(adjustment: list[str]) -> Any:
    """Return DoWhy's estimand for the columns `treatment` and `outcome` and a back-door set."""
    from dowhy.causal_identifier.identified_estimand import IdentifiedEstimand

    return IdentifiedEstimand(
        None,
        treatment_variable=[TREATMENT],
        outcome_variable=[OUTCOME],
        estimands={},
        backdoor_variables={"backdoor": adjustment},
        default_backdoor_id="backdoor",
        identifier_method="backdoor",
    )


def dowhy_frame(effect: LinearEffect, adjustment: np.ndarray) -> tuple[pd.DataFrame, list[str]]:
    """Return the data frame for DoWhy and the names of its adjustment columns.

    Parameters
    ----------
    effect
        Says which contrast and which outcome column.
    adjustment
        float64 [n, q], the adjustment columns (`Design.adjustment`).
    """
    treatment = effect.treatment
    others = treatment.rare
    column = treatment.columns[:, 0]
    row = treatment.contrasts[effect.contrast]
    sign = 1.0
    if len(treatment.contrasts) > 1 or treatment.columns.shape[1] > 1 or row[0] != 1.0:
        start, end = np.flatnonzero(row < 0), np.flatnonzero(row > 0)
        if len(end):
            kept = int(end[0])
            column = treatment.columns[:, kept]
            # The value the contrast starts at must be the one without an indicator.
            rest = [k for k in range(treatment.columns.shape[1]) if k not in (kept, *start)]
            reference = 1.0 - treatment.columns.sum(axis=1) - others.sum(axis=1)
            extra = [treatment.columns[:, rest]]
            if len(start):
                extra.append(reference[:, None])
        else:
            # From a value to the reference: the other way round with the sign changed.
            kept, sign = int(start[0]), -1.0
            column = treatment.columns[:, kept]
            extra = [np.delete(treatment.columns, kept, axis=1)]
        others = np.concatenate([others, *extra], axis=1)
    blocks = np.concatenate([adjustment, others], axis=1)
    names = [f"adjustment_{k}" for k in range(blocks.shape[1])]
    frame = pd.DataFrame(blocks, columns=names)
    frame[TREATMENT] = sign * column
    frame[OUTCOME] = effect.outcome.columns[:, effect.column]
    return frame, names


def dowhy_linear(frame: pd.DataFrame, adjustment: list[str], confidence: float) -> DowhyEffect:
    """Return the effect of one unit of treatment by DoWhy's linear regression estimator.

    Parameters
    ----------
    frame
        Columns `treatment`, `outcome` and those named in `adjustment`.
    adjustment
        The back-door set.
    confidence
        Coverage of the interval, such as 0.95.
    """
    from dowhy.causal_estimators.linear_regression_estimator import LinearRegressionEstimator

    with quiet_dowhy():
        estimator = LinearRegressionEstimator(
            identified_estimand(adjustment),
            confidence_intervals=True,
            confidence_level=confidence,
        )
        estimator.fit(frame)
        estimate = estimator.estimate_effect(frame, treatment_value=1, control_value=0)
        low, high = np.ravel(estimate.get_confidence_intervals(confidence_level=confidence))
    return DowhyEffect(float(estimate.value), float(low), float(high))


def dowhy_columns(
    effect: LinearEffect, adjustment: np.ndarray, confidence: float
) -> dict[str, Any]:
    """Return the evidence columns of DoWhy's own estimate, with a warning where ours is another.

    Parameters
    ----------
    effect, adjustment
        See `dowhy_frame`.
    confidence
        Coverage of the interval.
    """
    frame, names = dowhy_frame(effect, adjustment)
    theirs = dowhy_linear(frame, names, confidence)
    found: dict[str, Any] = {
        "data_method": f"{effect.method}, DoWhy",
        "data_estimate": theirs.estimate,
    }
    if abs(theirs.estimate - effect.estimate) > _AGREE * max(1.0, abs(effect.estimate)):
        found["data_reason"] = (
            f"DoWhy's estimate differs from the closed form ({effect.estimate:.6g}), on which "
            "interval and refuters rest."
        )
    return found


class quiet_dowhy:
    """Keep DoWhy's log lines and the warnings of pandas under it to themselves."""

    def __enter__(self) -> None:
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        warnings.simplefilter("ignore")
        self._level = logging.getLogger("dowhy").level
        logging.getLogger("dowhy").setLevel(logging.ERROR)

    def __exit__(self, *error: object) -> None:
        logging.getLogger("dowhy").setLevel(self._level)
        self._warnings.__exit__(None, None, None)
