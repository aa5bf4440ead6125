"""How well screens rank the paths of trained twins, beside those of the compiled programs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from causattn.attention import PathCase, path_effects
from causattn.base import integer_seed
from causattn.circuits import PATH_SCREENS, CircuitTask, HeadsSettings, path_verdict
from causattn.corpora import load_corpus
from causattn.models import ProgramCircuit, load_model
from causattn.reproduction import Context, half_width
from experiments.programs.cases import program_case
from experiments.programs.measure import ranked

from .training import TwinSettings, trained_twin

Kind = Literal["compiled", "imposed", "free"]


@dataclass(frozen=True)
class Job:
    """All screens on one model.

    Parameters
    ----------
    program, kind
        Which program, and which of its models.
    sharpness, decoys
        How it is compiled.
    training
        Of the twin, see `TwinSettings`.
    documents, trying
        For screens; for the truth, and as many others for the verdict.
    negligible
        Share of what patching all paths moves, below which a path does nothing.
    screens
        Settings of ``graph``, by the name in the table.
    seed
        Draws weights and documents.
    """

    program: str
    kind: Kind
    sharpness: float
    decoys: int
    training: dict[str, Any]
    documents: int
    trying: int
    negligible: float
    screens: dict[str, dict[str, Any]]
    seed: int


def jobs(settings: Any) -> Iterator[Job]:
    """Yield all jobs, seed by seed."""
    for seed in range(settings.seeds):
        for program in settings.programs:
            for kind in settings.models:
                yield Job(
                    program,
                    kind,
                    float(settings.sharpness),
                    settings.decoys,
                    dict(settings.training) if kind != "compiled" else {},
                    settings.documents,
                    settings.trying,
                    settings.negligible,
                    settings.screens,
                    seed,
                )


def measure(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return a row about the model, and one a screen and truth."""
    corpus = load_corpus({"kind": "program", "program": job.program, "documents": 2}, job.seed)
    compiled = {"kind": "compiled", "sharpness": job.sharpness, "decoys": job.decoys}
    model = load_model(compiled, corpus, job.seed)
    circuit = ProgramCircuit.from_json(model.about["circuit"])
    start = time.process_time()
    if job.kind != "compiled":
        model = trained_twin(model, job.kind == "imposed", TwinSettings(**job.training), job.seed)
    trained = time.process_time() - start
    seeds = [integer_seed(job.seed, "twins", job.program, part) for part in ("screens", "truth")]
    case = program_case(model, job.documents, seeds[0])
    places = case.paths.possible.nonzero()
    names = [(case.paths.senders[s], case.paths.receivers[r]) for r, s in places.tolist()]
    counted = np.array([each not in circuit.constant for each in names])
    own = np.array([each in circuit.edges for each in names])[counted]
    heads = idle_heads(names, circuit)
    tried = [
        _Tried.of(program_case(model, job.trying, seeds[1] + k), places, job.negligible)
        for k in (0, 1)
    ]
    moving = (np.abs(tried[0].mean) >= tried[0].margin)[counted]
    row: dict[str, Any] = {
        "what": "model",
        "right": round(tried[0].right, 4),
        "seconds": float(f"{trained:.2g}"),
        "paths": int(counted.sum()),
        "edges": int(own.sum()),
        "moving": int(moving.sum()),
        "edges_moving": int((moving & own).sum()),
        "others_moving": int((moving & ~own).sum()),
    }
    verdicts = tried[1].verdicts[counted]
    for word in ("used", "unused", "open"):
        row[f"{word}_edges"] = int((own & (verdicts == word)).sum())
        row[f"{word}_others"] = int((~own & (verdicts == word)).sum())
    for part, which in heads.items():
        row[f"used_{part}"] = int((which[counted] & (verdicts == "used")).sum())
    rows = [row]
    for name, given in job.screens.items():
        task = CircuitTask(model, (case,), HeadsSettings(**given), seeds[0])
        score = PATH_SCREENS[task.settings.candidates].scores(task).mean(0).abs()
        strength = np.array([float(score[r, s]) for r, s in places.tolist()])[counted]
        first = np.argsort(-strength, kind="stable")[: own.sum()]
        fooled = {
            f"first_{part}": int(which[counted][first].sum()) for part, which in heads.items()
        }
        for truth, true in (("circuit", own), ("patched", moving)):
            if truth == "circuit" and job.kind == "free":
                continue
            found = {"what": "screen", "screen": name, "truth": truth}
            rows.append({**found, **fooled, **_ranked(true, strength)})
    return rows


def _ranked(true: np.ndarray, strength: np.ndarray) -> dict[str, float]:
    """Return how well strengths rank true paths, nothing where all are alike."""
    return ranked(true, strength) if true.any() and not true.all() else {}


def idle_heads(names: list[tuple[str, str]], circuit: ProgramCircuit) -> Mapping[str, np.ndarray]:
    """Return which paths begin or end in a decoy, and which in a head that does nothing.

    Parameters
    ----------
    names
        Sender and receiver of n paths.
    circuit
        The compiled program's.

    Returns
    -------
    Mapping
        ``"decoys"`` and ``"silent"``, bool [n].
    """
    working = {sender for sender, _ in circuit.edges}
    decoys = set(circuit.decoys)

    def heads(pair: tuple[str, str]) -> set[str]:
        sender, receiver = pair
        parts = {sender, ".".join(receiver.split(".")[:2])}
        return {part for part in parts if "." in part and not part.endswith(".mlp")}

    return {
        "decoys": np.array([bool(heads(each) & decoys) for each in names]),
        "silent": np.array([bool(heads(each) - decoys - working) for each in names]),
    }


@dataclass(frozen=True)
class _Tried:
    """What patching each path alone does to the log probability of the answers.

    Parameters
    ----------
    mean, low, high
        float64 [n], with the ends of 95% intervals over documents.
    margin
        Below which an effect is none.
    right
        Share of the answers that are right.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    margin: float
    right: float

    @classmethod
    def of(cls, case: PathCase, places: torch.Tensor, negligible: float) -> _Tried:
        """Patch each path of a case."""
        paths = case.paths
        effects = path_effects(paths, case.other, case.metric, places).double().numpy()
        own = paths.run().logits
        all_patched = paths.run(paths.possible, case.other).logits
        gap = float((case.metric(own) - case.metric(all_patched)).mean().abs())
        mean = effects.mean(1)
        half = np.array([half_width(each) for each in effects])
        return cls(mean, mean - half, mean + half, negligible * gap, _right(case))

    @property
    def verdicts(self) -> np.ndarray:
        """The word for each path, as in a graph of heads."""
        ends = zip(self.low.tolist(), self.high.tolist(), strict=True)
        return np.array([path_verdict(*each, self.margin) or "open" for each in ends])


def _right(case: PathCase) -> float:
    """Return the share of places whose answer is right.

    The metric is the mean log probability of the right answers: where the likeliest one has all of
    the probability, it is -200 times the share of those that are wrong.
    """
    logits = case.paths.run().logits
    sure = torch.full_like(logits, -100.0)
    sure.scatter_(-1, logits.argmax(-1, keepdim=True), 100.0)
    return float((1 + case.metric(sure) / 200).mean())
