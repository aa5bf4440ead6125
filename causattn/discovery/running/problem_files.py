"""A problem as plain files, so that another process can solve it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import read_json, settings_from, write_json
from causattn.discovery.contract import Algorithm, Problem, RunSettings
from causattn.discovery.data import DiscoveryData
from causattn.discovery.knowledge import Knowledge

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges


def write_problem(folder: Path, name: str, problem: Problem, settings: RunSettings) -> None:
    """Write a problem, and how it is to be solved, into a folder.

    Parameters
    ----------
    folder
        Where ``arrays.npz`` and ``problem.json`` will lie.
    name
        The algorithm.
    problem, settings
        What to solve and how.
    """
    arrays: dict[str, Any] = {"values": problem.data.values}
    candidates = problem.candidates
    if candidates is not None:
        arrays |= {
            "score": candidates.score,
            "p_value": candidates.p_value,
            "allowed": candidates.allowed,
        }
    np.savez(folder / "arrays.npz", **arrays)
    knowledge = problem.knowledge
    write_json(
        folder / "problem.json",
        {
            "algorithm": name,
            "settings": dataclasses.asdict(settings),
            "names": list(problem.data.names),
            "categories": list(problem.data.categories),
            "method": None if candidates is None else candidates.method,
            "knowledge": None if knowledge is None else dataclasses.asdict(knowledge),
            "seed": problem.seed,
        },
    )


def read_problem(folder: Path) -> tuple[Algorithm, Problem, RunSettings]:
    """Read what `write_problem` wrote."""
    from causattn.discovery.registry import ALGORITHMS

    stored: dict[str, Any] = read_json(folder / "problem.json")
    algorithm = ALGORITHMS[stored["algorithm"]]
    names = tuple(stored["names"])
    candidates: CandidateEdges | None = None
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        values = np.asarray(arrays["values"])
        if values.dtype.kind == "i":
            values = np.asfortranarray(values)
        if stored["method"] is not None:
            from causattn.candidates import CandidateEdges as Candidates

            candidates = Candidates(
                names, arrays["score"], arrays["p_value"], arrays["allowed"], stored["method"]
            )
    knowledge = None
    if stored["knowledge"] is not None:
        knowledge = Knowledge.from_settings(stored["knowledge"])
    data = DiscoveryData(names, values, tuple(stored["categories"]))
    settings = settings_from(algorithm.settings, stored["settings"], "discovery")
    return algorithm, Problem(data, candidates, knowledge, stored["seed"]), settings
