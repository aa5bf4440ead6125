"""A circuit as the tables of a run: candidates, and the evidence for every edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pandas as pd

from causattn.candidates import CandidateEdges
from causattn.circuits.circuit import Circuit
from causattn.effects import EvidenceTable

_READ = "logit of right less wrong answers"
_OF_THE_MODEL = "The graph is of the model: what caused its documents is not asked."


def circuit_candidates(circuit: Circuit) -> CandidateEdges:
    """Return the pairs that were tried, with their scores, from row to column."""
    names = circuit.graph.names
    index = {name: k for k, name in enumerate(names)}
    score = np.zeros((len(names), len(names)))
    rows, columns = (circuit.pairs[key].map(index).to_numpy() for key in ("source", "target"))
    score[rows, columns] = circuit.pairs["score"]
    allowed = np.zeros(score.shape, dtype=bool)
    allowed[rows, columns] = allowed[columns, rows] = True
    method = f"{circuit.about['candidates']}, the {circuit.about['paths']['tried']} strongest paths"
    return CandidateEdges(names, score, np.full(score.shape, np.nan), allowed, method)


def circuit_evidence(circuit: Circuit, negligible: float, seed: int) -> EvidenceTable:
    """Return the evidence table: a row a candidate pair, its effect on the model.

    Parameters
    ----------
    circuit
        What was found.
    negligible
        Effects smaller than this share of the difference between documents and what stands in their
        place are none.
    seed
        The run's.
    """
    rows = list(_rows(circuit, negligible))
    return EvidenceTable.from_rows(
        rows, {"settings": {"negligible": negligible}, "seed": seed, "circuit": dict(circuit.about)}
    )


def _rows(circuit: Circuit, negligible: float) -> Iterator[dict[str, Any]]:
    about = circuit.about
    scale = abs(about["read"] - about["read_in_place"])
    patch = f"patch ({about['patch']})"
    for pair in circuit.pairs.to_dict("records"):
        yield {
            "source": pair["source"],
            "target": pair["target"],
            "candidate_allowed": True,
            "candidate_screen": about["candidates"],
            "candidate_score": pair["score"],
            "candidate_strength": pair["score"],
            "discovery_edge": "-->" if pair["kept"] else None,
            "discovery_directed": pair["kept"],
            "discovery_frequency": pair["frequency"],
            "path_through": pair["through"],
            "path_phrased_low": pair["phrased_low"],
            "path_phrased_high": pair["phrased_high"],
            "model_kind": patch,
            "model_reads": about["reads"],
            "model_outcome": _READ,
            "model_scale": scale,
            "model_estimate": pair["estimate"],
            "model_low": pair["low"],
            "model_high": pair["high"],
            "model_n": pair["n"],
            "verdict_reason": _OF_THE_MODEL,
            **_verdict(pair, negligible * scale),
        }


def _verdict(pair: dict[str, Any], margin: float) -> dict[str, str | None]:
    """Return the verdict about the model and why."""
    low, high = pair["low"], pair["high"]
    shown = f"{pair['estimate']:.3g} [{low:.3g}, {high:.3g}] over {pair['n']} documents"
    if pd.isna(low):
        return {"model_verdict": None, "model_verdict_reason": "One document has no interval."}
    word = path_verdict(low, high, margin)
    why = {
        "unused": f"Patching the path moves the {_READ} by no more than {margin:.3g}",
        "used": f"Patching the path moves the {_READ}",
        None: f"Patching the path may or may not move the {_READ}",
    }[word]
    return {"model_verdict": word, "model_verdict_reason": f"{why}: {shown}."}


def path_verdict(low: float, high: float, margin: float) -> Literal["used", "unused"] | None:
    """Return what the interval of a patch's effect says of the path; None where it says neither.

    Parameters
    ----------
    low, high
        Its ends.
    margin
        Effects up to this size are none.
    """
    if -margin <= low and high <= margin:
        return "unused"
    return "used" if low > margin or high < -margin else None
