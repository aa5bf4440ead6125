"""A problem as plain files, so that another process can solve it.

What is registered travels by name: the other process has the same plugins. An algorithm, test or
score that is an object of this process alone travels as cloudpickle writes it, through the pipe to
the process and never by way of a file.
"""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import CausattnError, read_json, settings_from, write_json
from causattn.discovery.contract import Algorithm, Problem, RunSettings
from causattn.discovery.data import DiscoveryData
from causattn.discovery.knowledge import Knowledge

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges


def write_problem(
    folder: Path, algorithm: Algorithm, problem: Problem, settings: RunSettings
) -> bytes:
    """Write a problem, and how it is to be solved, into a folder; return what has to be piped.

    Parameters
    ----------
    folder
        Where ``arrays.npz`` and ``problem.json`` will lie.
    algorithm, problem, settings
        What to solve and how.

    Returns
    -------
    bytes
        The objects that are not registered, for `read_problem`; nothing where all are.

    Raises
    ------
    CausattnError
        Where an object that is not registered cannot be handed to another process.
    """
    from causattn.discovery.registry import ALGORITHMS

    registered = algorithm.name in ALGORITHMS and ALGORITHMS[algorithm.name] is algorithm
    objects = {
        "algorithm": None if registered else algorithm,
        "test": problem.test,
        "score": problem.score,
    }
    piped = b""
    if any(each is not None for each in objects.values()):
        piped = _as_bytes(objects, algorithm.name)
    arrays: dict[str, Any] = {"values": problem.data.values}
    if problem.data.absent is not None:
        arrays["absent"] = problem.data.absent
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
            "algorithm": algorithm.name,
            "settings": dataclasses.asdict(settings),
            "names": list(problem.data.names),
            "categories": list(problem.data.categories),
            "constant": list(problem.data.constant),
            "ordered": list(problem.data.ordered),
            "method": None if candidates is None else candidates.method,
            "knowledge": None if knowledge is None else dataclasses.asdict(knowledge),
            "seed": problem.seed,
        },
    )
    return piped


def read_problem(folder: Path, piped: bytes = b"") -> tuple[Algorithm, Problem, RunSettings]:
    """Read what `write_problem` wrote and returned."""
    from causattn.discovery.registry import ALGORITHMS

    stored: dict[str, Any] = read_json(folder / "problem.json")
    objects: dict[str, Any] = {"algorithm": None, "test": None, "score": None}
    if piped:
        objects = pickle.loads(piped)
    algorithm = objects["algorithm"] or ALGORITHMS[stored["algorithm"]]
    names = tuple(stored["names"])
    candidates: CandidateEdges | None = None
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        values = np.asarray(arrays["values"])
        absent = np.asarray(arrays["absent"]) if "absent" in arrays else None
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
    categories, constant, ordered = (
        tuple(stored[what]) for what in ("categories", "constant", "ordered")
    )
    data = DiscoveryData(names, values, categories, constant, ordered, absent)
    settings = settings_from(algorithm.settings, stored["settings"], "discovery")
    problem = Problem(
        data, candidates, knowledge, stored["seed"], objects["test"], objects["score"]
    )
    return algorithm, problem, settings


def _as_bytes(objects: dict[str, Any], name: str) -> bytes:
    from joblib.externals import cloudpickle

    try:
        return bytes(cloudpickle.dumps(objects))
    except Exception as error:
        raise CausattnError(
            f"What {name} needs cannot be handed to another process ({error}); define it in a file "
            "and name that with plugins, or leave timeout_s and workers out."
        ) from error
