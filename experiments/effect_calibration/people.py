"""Where people made the counterfactuals: CEBaB, aspect by aspect and review by review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from causattn import configure
from causattn.attention import AttentionSummary
from causattn.candidates import mutual_information_screen, select_candidates
from causattn.corpora import CEBAB_ASPECTS
from causattn.discovery import discover
from causattn.effects import (
    Contrast,
    ModelInterventions,
    aspect_effects,
    collect_evidence,
)
from causattn.graphs import CausalGraph
from causattn.stages import Stages
from experiments.cebab.icace import icace_by_method
from experiments.cebab.study import CebabStudy

from .planted import REFUTERS, aucs, beside

DOCUMENTS = 200
"""Documents that the model is intervened on, and whose attention is read."""


class Study:
    """The stages of the ready study of CEBaB."""

    def __init__(self, seed: int, overrides: list[str]) -> None:
        self.config = configure("experiment=cebab", *overrides, seed=seed)
        self._stages = Stages(self.config, seed)
        corpus = self._stages.make_corpus()
        model = self._stages.make_model(corpus)
        table = self._stages.make_features(corpus, model)
        self._artefacts = corpus, model, table
        self.corpus, self.model, self.table = corpus.value, model.value, table.value
        self.archive = Path(self.config["corpus"]["path"])

    def summary(self) -> AttentionSummary:
        """Return the attention from feature to feature."""
        return self._stages.make_attention(*self._artefacts).value


def people_part(seed: int, overrides: list[str]) -> dict[str, Any]:
    """Return error and coverage of each estimate of an aspect's effect, and AUC for the edges."""
    study = Study(seed, [f"attention.documents={DOCUMENTS}", *overrides])
    known = aspect_effects(study.corpus, study.archive)
    human = known["human_test"].to_numpy()
    estimates: dict[str, list[tuple[float, float, float]]] = {}
    for kind, label in (("naive", "naive difference"), ("adjusted", "DoWhy, other aspects held")):
        parts = (known[f"{kind}{end}"].tolist() for end in ("", "_low", "_high"))
        estimates[label] = list(zip(*parts, strict=True))
    names = study.table.names
    for operation in ("mask", "delete", "replace"):
        tried = ModelInterventions(
            study.model,
            study.corpus,
            study.table,
            documents=DOCUMENTS,
            operation=operation,  # type: ignore[arg-type]
            seed=seed,
        )
        label = f"intervention on the model, {operation}"
        for aspect in known.index:
            contrast = Contrast("Negative", "Positive", None)
            effect = tried.effect(names.index(str(aspect)), names.index("rating"), contrast)
            assert not isinstance(effect, str), effect
            estimates.setdefault(label, []).append((effect.estimate, effect.low, effect.high))
    return {
        "documents": DOCUMENTS,
        "effects": {name: _against(values, human) for name, values in estimates.items()},
        "aspects": list(known.index),
        "estimates": estimates,
        "human": human.tolist(),
        "auc": _edges(study, seed),
    }


def _against(values: list[tuple[float, float, float]], human: np.ndarray) -> dict[str, float]:
    estimate, low, high = np.array(values, dtype=float).T
    return {
        "effects": len(human),
        "bias": float(np.mean(estimate - human)),
        "rmse": float(np.sqrt(np.mean((estimate - human) ** 2))),
        "coverage": float(np.mean((low <= human) & (human <= high))),
    }


def _edges(study: Study, seed: int) -> dict[str, Any]:
    """Return each kind's AUC for the aspects' edges to the rating, among all ten pairs.

    Every aspect is claimed to cause the next ones, all to cause the rating, so that each pair's
    direct effect is asked. Of a pair of aspects the model, which predicts a rating, says nothing;
    what says nothing of a pair counts as lowest.
    """
    names = study.table.names
    edges = select_candidates(study.config["candidates"], study.summary(), study.table, seed=seed)
    place = {name: k for k, name in enumerate((*CEBAB_ASPECTS, "rating"))}
    order = np.array([place[name] for name in names])
    claimed = CausalGraph.from_adjacency(
        (order[:, None] < order[None, :]).astype(np.uint8), names, direction="from row to column"
    )
    found = discover(study.config["discovery"], study.table, edges, seed)
    settings = {
        "kind": "dowhy",
        "engine": "closed_form",
        "refuters": REFUTERS,
        "interventions": "edges",
        "documents": DOCUMENTS,
        "levels": ["Negative", "Positive"],
    }
    evidence = collect_evidence(
        settings, claimed, study.table, edges, study.model, study.corpus, seed, given=True
    )
    rows = evidence.edges().reset_index(drop=True)
    frame = rows.assign(**beside(rows, found, edges, mutual_information_screen(study.table)))
    return aucs(frame, (frame["target"] == "rating").to_numpy())


def icace_part(seed: int, overrides: list[str]) -> dict[str, Any]:
    """Return every method's mean ICaCE errors over the test split's pairs."""
    config = configure("experiment=cebab", *overrides, seed=seed)
    archive = Path(config["corpus"]["path"])
    groups = {name: config[name] for name in ("corpus", "model", "features")}
    study = CebabStudy.made(archive, Path(config["paths"]["cache"]), seed, **groups)
    found = icace_by_method(study, seed)
    return {
        "pairs": len(found.change),
        "errors": {
            method: {key: float(value.mean()) for key, value in errors._asdict().items()}
            for method, errors in found.errors.items()
        },
        "mean_change_of_rating": {
            aspect: float(np.abs(found.change[found.aspects == aspect]).mean())
            for aspect in CEBAB_ASPECTS
        },
    }
