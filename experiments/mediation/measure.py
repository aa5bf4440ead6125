"""Causal mediation analysis of gender bias: the published records, and models trained here.

Vig, Gehrmann, Belinkov, Qian, Nevo, Singer and Shieber (2020), "Investigating gender bias in
language models using causal mediation analysis", NeurIPS. `replay` holds the effects' definitions
and recomputes what is published; `retrain` does the same interventions.
"""

from __future__ import annotations

from causattn.reproduction import Context, Findings

from .replay import replay
from .retrain import retrain
from .settings import Settings


def measure(settings: Settings, context: Context) -> Findings:
    """Replay the records, then intervene on models trained here."""
    replayed, retrained = replay(settings, context), retrain(settings, context)
    return Findings(
        figures=[*replayed.figures, *retrained.figures],
        tables=replayed.tables | retrained.tables,
        pictures=retrained.pictures,
        remarks=[*replayed.remarks, *retrained.remarks],
    )
