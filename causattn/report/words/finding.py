"""What a run found, in the few sentences that its page begins with."""

from __future__ import annotations

from causattn.base import visible
from causattn.candidates import SELECTORS
from causattn.report.words import isolated
from causattn.report.words.evidence import missing_edges
from causattn.report.words.truth import scored_by, screen_qualities
from causattn.report.words.verdicts import verdict_counts
from causattn.results import Run

_NAMED = 3
"""Most missed edges that are named; the others stand below the table of edges."""


def finding(run: Run) -> list[str]:
    """Return edges by verdict, what is missed, and how attention does beside its rivals."""
    lines = []
    if (counts := verdict_counts(run)) is not None:
        lines += [counts.about_documents(), counts.about_model()]
    lines += [_missed(run), _rivals(run)]
    return [line for line in lines if line]


def _missed(run: Run) -> str:
    """Say how many of the truth's edges the graph does not have, and which; empty if unknown."""
    if run.truth is None:
        return ""
    missing = missing_edges(run.graph, run.truth, isolated)
    line = f"Of the truth's {run.truth.edge_count} edges the graph misses {len(missing) or 'none'}"
    if not missing:
        return line
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return f"{line}: {', '.join(missing[:_NAMED])}{more}"


def _rivals(run: Run) -> str:
    """Say how what scored the candidates ranks the pairs beside the best other screen."""
    if "allowed" not in run.candidates or "circuit" in run.summary:
        return ""
    scored = visible(scored_by(run))
    if not (qualities := screen_qualities(run)):
        return f"How well {scored} ranks the pairs is not known: there is no true graph to ask"
    first, *others = qualities
    line = f"{scored[0].upper()}{scored[1:]} ranks the true pairs with AUC {first.auc:.3f}"
    if not others:
        return line
    best = max(others, key=lambda quality: quality.auc)
    name = best.name.replace(" ", "_")
    free = f"; it needs no model: candidates={name}" if name in SELECTORS else ""
    return f"{line}, the best other screen ({visible(best.name)}) with {best.auc:.3f}{free}"
