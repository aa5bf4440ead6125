"""Harmonic mean of the arrowheads' precision and recall."""

from __future__ import annotations

from causattn.graphs.metrics.of_edges import AgreementMetric


class ArrowheadF1(AgreementMetric):
    """Harmonic mean of the arrowheads' precision and recall."""

    name = "arrowhead_f1"
    title = "arrowhead F1"
    place = 32


METRIC = ArrowheadF1()
