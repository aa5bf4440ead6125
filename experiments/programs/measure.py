"""Which screen ranks the paths of compiled programs best, whose circuits are known exactly."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from sklearn.metrics import average_precision_score, roc_auc_score

import causattn
from causattn.base import DataError, integer_seed
from causattn.circuits import PATH_SCREENS, CircuitTask, HeadsSettings
from causattn.corpora import PROGRAMS
from causattn.models import ProgramCircuit
from causattn.reproduction import Context
from causattn.stages import Stages

from .cases import largest_changes, program_case, untrained, wrong_documents

MOVED = 1e-4
"""What a logit moves by where a path is said to carry something; what is right has 1."""

Control = Literal["none", "untrained", "permuted"]


@dataclass(frozen=True)
class Job:
    """All screens on one program.

    Parameters
    ----------
    program
        Its name.
    sharpness, decoys
        How it is compiled.
    each
        Whether every path is patched alone to see if any logit moves.
    documents
        That are patched.
    tried
        Of any length, on which it is held against its meaning, by the first seed.
    screens
        What the leaderboard calls each, and the settings of ``graph`` that make it.
    control
        ``"untrained"``: random weights in the compiled ones' place; ``"permuted"``: tokens permuted
        over documents; both ranked against the circuit that is not there, or not asked for.
    seed
        Draws documents, random weights and the random order.
    """

    program: str
    sharpness: float
    control: Control
    decoys: int
    each: bool
    documents: int
    tried: int
    screens: dict[str, dict[str, Any]]
    seed: int


def jobs(settings: Any) -> Iterator[Job]:
    """Yield all jobs, seed by seed; controls of the sharpest models."""
    sharpest = max(settings.seeds, key=float)
    common = settings.documents, settings.tried, settings.screens
    kinds: list[tuple[str, Control, int]] = [
        (sharpness, "none", seeds) for sharpness, seeds in settings.seeds.items()
    ]
    kinds += [(sharpest, control, seeds) for control, seeds in settings.controls.items()]
    for seed in range(max(settings.seeds.values())):
        for sharpness, control, seeds in kinds:
            for program in (settings.programs or PROGRAMS) if seed < seeds else ():
                each = sharpness == sharpest and seed == 0 and control == "none"
                about = float(sharpness), control, settings.decoys, each
                yield Job(program, *about, *common, seed)


def measure(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return a row a screen, and one about the program."""
    config = causattn.configure(
        "corpus=program",
        f"corpus.program={job.program}",
        "model=compiled",
        f"model.sharpness={job.sharpness}",
        f"model.decoys={job.decoys}",
        f"paths.cache='{context.cache}'",
        seed=job.seed,
    )
    stages = Stages(config, job.seed)
    model = stages.make_model(stages.make_corpus()).value
    circuit = ProgramCircuit.from_json(model.about["circuit"])
    if job.control == "untrained":
        model = untrained(model, job.seed)
    case = program_case(model, job.documents, job.seed, job.control == "permuted")
    places = case.paths.possible.nonzero().tolist()
    names = [(case.paths.senders[s], case.paths.receivers[r]) for r, s in places]
    true = np.array([name in circuit.edges for name in names])
    counted = np.array([name not in circuit.constant for name in names])
    looks = np.array([receiver.endswith((".q", ".k")) for _, receiver in names])
    row: dict[str, Any] = {
        "what": "program",
        "layers": case.paths.layers,
        "heads": case.paths.heads,
        "edges": int(true.sum()),
        "paths": int(counted.sum()),
    }
    if job.control == "none" and job.seed == 0:
        row["wrong"] = wrong_documents(model, job.tried, job.seed)
    if job.each:
        changes = largest_changes(case)
        moved = np.array([float(changes[r, s]) > MOVED for r, s in places])
        row["edges_moving"] = int((moved & true).sum())
        row["others_moving"] = int((moved & ~true & counted).sum())
    rows = [row]
    seed = integer_seed(job.seed, "programs", job.program)
    for name, own in job.screens.items():
        graph = HeadsSettings(**own)
        task = CircuitTask(model, (case,), graph, seed)
        start = time.process_time()
        score = _scores(task, job.control)
        seconds = time.process_time() - start
        strength = np.array([float(score[r, s]) for r, s in places])
        rows.append(
            {
                "what": "screen",
                "screen": name,
                "seconds": float(f"{seconds:.2g}"),
                **ranked(true[counted], strength[counted]),
                "auroc_looks": area(true[counted & looks], strength[counted & looks]),
                "auroc_rest": area(true[counted & ~looks], strength[counted & ~looks]),
            }
        )
    return rows


def _scores(task: CircuitTask, control: Control) -> torch.Tensor:
    """Return how strong each path is, [R, S]; of a control that nothing moves, 0."""
    try:
        return PATH_SCREENS[task.settings.candidates].scores(task).mean(0).abs()
    except DataError:
        if control == "none":
            raise
        return torch.zeros(task.cases[0].paths.possible.shape)


def ranked(true: np.ndarray, strength: np.ndarray) -> dict[str, float]:
    """Return how well strengths rank true paths; ties share their ranks."""
    return {
        "auroc": area(true, strength),
        "average_precision": round(float(average_precision_score(true, strength)), 4),
    }


def area(true: np.ndarray, strength: np.ndarray) -> float:
    """Return the area under the ROC curve, NaN where all are alike."""
    if true.all() or not true.any():
        return float("nan")
    return round(float(roc_auc_score(true, strength)), 4)
