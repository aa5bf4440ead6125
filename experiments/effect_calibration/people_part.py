"""Where people made the counterfactuals: CEBaB, aspect by aspect and review by review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from planted_part import REFUTERS, aucs, beside

from causattn.attention import AttentionSummary
from causattn.base import generator
from causattn.candidates import mutual_information_screen, select_candidates
from causattn.cli._compose import compose_config, plain
from causattn.corpora import human_pairs
from causattn.corpora._cebab import ASPECTS, read_reviews
from causattn.discovery import discover
from causattn.effects import (
    Contrast,
    GuidedEffects,
    ModelInterventions,
    aspect_effects,
    collect_evidence,
    conditional_effects,
    icace_errors,
    matched_effects,
    random_effects,
    s_learner_effects,
)
from causattn.graphs import CausalGraph
from causattn.models import encode_texts, predict_labels
from causattn.stages import Stages

BATCH, DONORS, TOKENS = 64, 2, 4
DOCUMENTS = 200
"""Documents that the model is intervened on, and whose attention is read."""
PAIRS, REFERENCE, TRAINED = 200, 120, 600
"""Pairs whose effect is asked for, reviews that give tokens, and reviews to learn from."""
RATINGS = np.arange(1.0, 6.0)


class Study:
    """The stages of the ready study of CEBaB."""

    def __init__(self, seed: int, overrides: list[str]) -> None:
        self.config = plain(compose_config(["experiment=cebab", f"seed={seed}", *overrides]))
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
    place = {name: k for k, name in enumerate((*ASPECTS, "rating"))}
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
        settings, claimed, study.table, edges, study.model, study.corpus, seed
    )
    rows = evidence.edges().reset_index(drop=True)
    frame = rows.assign(**beside(rows, found, edges, mutual_information_screen(study.table)))
    return aucs(frame, (frame["target"] == "rating").to_numpy())


def icace_part(seed: int, overrides: list[str]) -> dict[str, Any]:
    """Return every method's mean ICaCE errors over the test split's pairs."""
    study = Study(seed, overrides)
    model = study.model
    pairs = human_pairs(study.archive, "test").dropna(subset=["label_from", "label_to"])
    pairs = pairs[(pairs["label_from"] != pairs["label_to"])]
    known = pairs["label_from"].isin(_LABELS) & pairs["label_to"].isin(_LABELS)
    drawn = generator(seed, "calibration", "pairs")
    pairs = pairs[known].sample(PAIRS, random_state=drawn).reset_index(drop=True)
    reviews = read_reviews(study.archive, "test").set_index("id")
    texts = list(dict.fromkeys([*pairs["text_from"], *pairs["text_to"]]))
    place = {text: k for k, text in enumerate(texts)}
    outputs = predict_labels(model, encode_texts(model, texts), BATCH)
    source, target = (
        outputs[[place[text] for text in pairs[side]]] for side in ("text_from", "text_to")
    )
    true = target - source
    train = study.corpus
    assert train.metadata is not None
    kept = np.sort(drawn.choice(len(train), TRAINED, replace=False))
    kept_texts = [train.texts[int(k)] for k in kept]
    trained = predict_labels(model, encode_texts(model, kept_texts), BATCH)
    labels = _labels(train.metadata.iloc[kept])
    given = np.sort(drawn.choice(TRAINED, REFERENCE, replace=False))
    given_texts = [kept_texts[int(k)] for k in given]
    held = _labels(reviews.loc[pairs["id_from"]])
    estimated = {
        name: np.zeros_like(true)
        for name in (
            "no effect at all",
            "random",
            "conditional expectation (CONEXP)",
            "S-learner",
            "approximate counterfactual",
            "attention-guided tokens masked",
            "attention-guided tokens replaced",
            "random tokens replaced (control)",
        )
    }
    rng = generator(seed, "calibration", "icace")
    estimated["random"] = random_effects(trained, len(true), rng)
    for concept, aspect in enumerate(ASPECTS):
        rows = np.flatnonzero(pairs["aspect"] == aspect)
        start, end = (pairs.loc[rows, f"label_{side}"].to_numpy(str) for side in ("from", "to"))
        own = labels[:, concept]
        told = estimated
        told["conditional expectation (CONEXP)"][rows] = conditional_effects(
            trained, own, start, end
        )
        told["S-learner"][rows] = s_learner_effects(
            trained, labels, held[rows], concept, start, end
        )
        told["approximate counterfactual"][rows] = matched_effects(
            trained, labels, source[rows], held[rows], concept, end, rng
        )
        words = study.table.about["lexicon"][aspect]
        asked = pairs.loc[rows, "text_from"].tolist()
        for name, guide in (
            ("attention-guided tokens replaced", "attention"),
            ("random tokens replaced (control)", "random"),
        ):
            guided = GuidedEffects(
                model, given_texts, own[given], words, tokens=TOKENS, guide=guide, batch_size=BATCH
            )
            told[name][rows] = guided.replaced(asked, end, rng, DONORS)
            if guide == "attention":
                told["attention-guided tokens masked"][rows] = guided.masked(asked, rng)
    errors = {}
    for name, effects in estimated.items():
        found = icace_errors(true, effects)
        errors[name] = {key: float(value.mean()) for key, value in found._asdict().items()}
    change = true @ RATINGS
    return {
        "pairs": len(pairs),
        "errors": errors,
        "mean_change_of_rating": {
            str(aspect): float(np.abs(change[(pairs["aspect"] == aspect).to_numpy()]).mean())
            for aspect in ASPECTS
        },
    }


_LABELS = ("Negative", "Positive", "unknown")


def _labels(reviews: Any) -> np.ndarray:
    """Return every aspect's label of each review, [n, aspects]; no majority is unknown."""
    columns = [reviews[f"{aspect}_aspect_majority"] for aspect in ASPECTS]
    found = np.column_stack([column.fillna("unknown").to_numpy(str) for column in columns])
    found[~np.isin(found, _LABELS)] = "unknown"
    return found
