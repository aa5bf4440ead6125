"""Effects: what each edge claims, estimated, refuted and tried on the model."""

from causattn.effects._adjustment import (
    Adjustment,
    AdjustmentSets,
    is_adjustment_set,
    optimal_adjustment,
    parent_adjustment,
)
from causattn.effects._columns import COLUMNS, Column
from causattn.effects._evidence import EvidenceTable
from causattn.effects._verdict import VerdictRule, judge

__all__ = [
    "COLUMNS",
    "Adjustment",
    "AdjustmentSets",
    "Column",
    "EvidenceTable",
    "VerdictRule",
    "is_adjustment_set",
    "judge",
    "optimal_adjustment",
    "parent_adjustment",
]
