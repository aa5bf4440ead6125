"""The features, each as one line: what was left out of them, and what is assumed of their order."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from causattn.base import listed, visible
from causattn.discovery import ASSUMED, KNOWLEDGE
from causattn.effects import directed_by_knowledge
from causattn.results import Run

_HOLDS = ("supported", "robust", "consistent")
"""Verdicts of an arrow that documents bear out which the search has not seen."""
_NAMED = 8
"""Most names of features that are listed."""


def left_out_line(run: Run) -> str:
    """Say which features never vary, which are left out, and what the truth is without them.

    Empty where all were searched.
    """
    about = run.summary.get("features", {})
    said = [
        f"{what} {_some_of(about[name])}"
        for name, what in (
            ("dropped_constant", "isolated, since they never vary:"),
            ("dropped_collinear", "left out, since others determine them:"),
        )
        if about.get(name)
    ]
    if numbers := run.summary.get("corpus", {}).get("row_numbers"):
        said.append(
            f"left out, since it numbers the rows: {listed(numbers)}; name it in corpus.columns "
            "to take it"
        )
    if not said:
        return ""
    truth = run.summary.get("graph", {}).get("truth") or {}
    note = ""
    if truth.get("skeleton_alone"):
        note = ". Without these the truth is no DAG; adjacencies alone are judged"
    elif "left_out" in truth:
        note = ". The truth is that over the rest"
    return f"Not searched: {'; '.join(said)}{note}"


def words_line(run: Run) -> str:
    """Say which words were left out of the features and which taken as one; empty of others."""
    left_out = run.summary.get("features", {}).get("left_out")
    if not left_out:
        return ""
    from causattn.corpora import left_out_sentence

    return visible(left_out_sentence(left_out))


def assumed_line(run: Run) -> str:
    """Say which directions were assumed or known beforehand, and how many were found.

    Empty where nothing was.
    """
    details = run.graph.details
    note = details.get(ASSUMED)
    if isinstance(note, str):
        return f"Order of the features: {visible(note)}"
    known = details.get(KNOWLEDGE)
    if known is None:
        return ""
    if note:
        tiers = [[visible(name) for name in tier] for tier in known["tiers"]]
        parts = [f"{listed(tiers[-1], 4)} after all others"]
        if len(tiers) > 2:
            parts.insert(0, f"{listed(tiers[0], 4)} before all others")
        line = f"Assumed: {', '.join(parts)} (discovery.knowledge={{}} assumes nothing)"
    else:
        line = "Known beforehand: what discovery.knowledge says"
    if run.graph.kind == "pag":  # whose marks have several sources
        return line
    arrows = [f"{visible(a)} → {visible(b)}" for a, b in sorted(directed_by_knowledge(run.graph))]
    found = int(run.graph.directed().sum()) - len(arrows)
    said = f"{len(arrows)} arrow{'s' * (len(arrows) != 1)} directed by that alone"
    if arrows:
        said += f" ({listed(arrows)})"
    return f"{line}; {said}, {found} by the documents"


def little_line(run: Run) -> str:
    """Say that there is too little to find, where no arrow of an unknown truth holds up.

    Empty where one does, where the truth is known, and where no effects were asked for.
    """
    frame = run.evidence
    asked = run.config.get("effects", {}).get("kind") != "none"
    known = {"verdict", "discovery_directed"} <= set(frame)
    if run.truth is not None or "circuit" in run.summary or not known or not asked:
        return ""
    if frame["verdict"].isin(_HOLDS).any():
        return ""
    arrows = int(frame["discovery_directed"].sum())
    said = f"none of the {arrows} arrows holds" if arrows > 1 else "the one arrow does not hold"
    return (
        f"Too little to find: {said if arrows else 'no arrow was found that holds'} in documents "
        "that the search has not seen; more documents may help, or fewer features"
    )


def _some_of(names: Collection[Any]) -> str:
    """Return how many names there are, and the first of them."""
    shown = ", ".join(visible(str(name)) for name in list(names)[:_NAMED])
    return f"{len(names)} ({shown}{', ...' if len(names) > _NAMED else ''})"
