"""Causal mediation analysis of gender bias: the published records, and models trained here.

Vig, Gehrmann, Belinkov, Qian, Nevo, Singer and Shieber (2020), "Investigating gender bias in
language models using causal mediation analysis", NeurIPS. `replay` holds the effects' definitions
and recomputes what is published; `retrain` does the same interventions.
"""

from __future__ import annotations

from causattn.papers.mediation.replay import FILES, replay
from causattn.papers.mediation.retrain import retrain
from causattn.papers.mediation.settings import MediationSettings
from causattn.papers.paper import Findings, Paper, Work


def reproduce(settings: MediationSettings, work: Work) -> Findings:
    """Replay the records, then intervene on models trained here."""
    replayed, retrained = replay(settings, work), retrain(settings, work)
    return Findings(
        figures=[*replayed.figures, *retrained.figures],
        tables=replayed.tables | retrained.tables,
        pictures=retrained.pictures,
        remarks=[*replayed.remarks, *retrained.remarks],
    )


PAPER = Paper(
    name="mediation",
    citation="Vig et al. 2020, Investigating gender bias in language models using causal "
    "mediation analysis (NeurIPS)",
    claim="Gender bias in GPT-2 is mediated by few heads, in the middle layers.",
    labels=("replay", "retrain"),
    settings=MediationSettings,
    reproduce=reproduce,
    data=tuple(FILES.values()),
)
