"""Every measure by the name that a configuration gives it."""

from __future__ import annotations

from collections.abc import Mapping

from causattn.attention._measures._covariance import CovarianceMeasure
from causattn.attention._measures._flow import FlowMeasure
from causattn.attention._measures._gradients import GradientMeasure
from causattn.attention._measures._measure import MeanMeasure, Measure, RawMeasure
from causattn.attention._measures._norms import NormMeasure
from causattn.attention._measures._rollout import RolloutMeasure

MEASURES: Mapping[str, type[Measure]] = {
    "raw": RawMeasure,
    "mean": MeanMeasure,
    "rollout": RolloutMeasure,
    "flow": FlowMeasure,
    "norm": NormMeasure,
    "covariance": CovarianceMeasure,
    "gradient": GradientMeasure,
}
