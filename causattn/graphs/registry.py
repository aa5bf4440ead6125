"""Every metric of graphs by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry

if TYPE_CHECKING:
    from causattn.graphs.contract import GraphMetric

METRICS: Registry[GraphMetric] = Registry(
    "metrics",
    "metric",
    "METRIC",
    "causattn.graphs.metrics",
    "causattn.graphs.contract:GraphMetric",
    "metric",
)
