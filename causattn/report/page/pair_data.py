"""A counterfactual pair of texts as the page's data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import visible
from causattn.report.record.packing import packed

if TYPE_CHECKING:
    from causattn.effects import CounterfactualAttention

MOVERS = 8
"""Entries of the attention maps listed as having moved most."""


def pair_data(record: CounterfactualAttention, title: str) -> dict[str, Any]:
    """Return output, attention and what moved, JSON-like; maps are packed, the rest is exact."""
    movers = [
        [m.layer, m.head, m.attending, m.attended, round(m.before, 6), round(m.after, 6)]
        for m in record.movers(MOVERS)
    ]
    return {
        "title": visible(title or "before and after"),
        "before": _side(record, "before"),
        "after": _side(record, "after"),
        "aligned": record.aligned.tolist(),
        "swapped": record.swapped.tolist(),
        "movers": movers,
        "by_head": np.round(record.by_head(), 6).tolist(),
        "output": {
            "labels": [visible(label) for label in record.labels],
            "before": np.round(record.output_before, 6).tolist(),
            "after": np.round(record.output_after, 6).tolist(),
        },
    }


def _side(record: CounterfactualAttention, side: str) -> dict[str, Any]:
    return {
        "tokens": [visible(token) for token in getattr(record, f"tokens_{side}")],
        "special": [int(flag) for flag in getattr(record, f"special_{side}")],
        "weights": packed(getattr(record, f"attention_{side}")),
    }
