"""Every measure by the name that a configuration gives it."""

from __future__ import annotations

from collections.abc import Mapping

from causattn.attention.measures.base import MeanMeasure, Measure, RawMeasure
from causattn.attention.measures.covariance import CovarianceMeasure
from causattn.attention.measures.flow import FlowMeasure
from causattn.attention.measures.gradients import GradientMeasure
from causattn.attention.measures.norms import NormMeasure
from causattn.attention.measures.rollout import RolloutMeasure

MEASURES: Mapping[str, type[Measure]] = {
    "raw": RawMeasure,
    "mean": MeanMeasure,
    "rollout": RolloutMeasure,
    "flow": FlowMeasure,
    "norm": NormMeasure,
    "covariance": CovarianceMeasure,
    "gradient": GradientMeasure,
}
