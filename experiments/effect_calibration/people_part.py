"""Where people made the counterfactuals: CEBaB, aspect by aspect and review by review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

import causattn
from causattn.base import generator
from causattn.candidates import mutual_information_screen
from causattn.cli._compose import compose_config, plain
from causattn.corpora import human_pairs
from causattn.corpora._cebab import ASPECTS, read_reviews
from causattn.effects import (
    Contrast,
    GuidedEffects,
    ModelInterventions,
    aspect_effects,
    conditional_effects,
    icace_errors,
    matched_effects,
    random_effects,
    s_learner_effects,
)
from causattn.models import encode_texts, predict_labels
from causattn.study import Stages

BATCH, DONORS, TOKENS = 64, 3, 4
RATINGS = np.arange(1.0, 6.0)


class Study:
    """The stages of the ready study of CEBaB."""

    def __init__(self, seed: int, overrides: list[str]) -> None:
        self.config = plain(compose_config(["experiment=cebab", f"seed={seed}", *overrides]))
        stages = Stages(self.config, seed)
        corpus = stages.make_corpus()
        model = stages.make_model(corpus)
        self.table = stages.make_features(corpus, model).value
        self.corpus, self.model = corpus.value, model.value
        self.archive = Path(self.config["corpus"]["path"])


def people_part(seed: int, overrides: list[str]) -> dict[str, Any]:
    """Return error and coverage of each estimate of an aspect's effect, and AUC for the edges."""
    study = Study(seed, overrides)
    run = causattn.run("experiment=cebab", *overrides, seed=seed, quiet=True)
    known = aspect_effects(study.corpus, study.archive)
    human = known["human_test"].to_numpy()
    names = study.table.names
    estimates: dict[str, list[tuple[float, float, float]]] = {}
    for aspect, row in known.iterrows():
        for kind in ("naive", "adjusted"):
            low, high = row[f"{kind}_low"], row[f"{kind}_high"]
            label = {"naive": "naive difference", "adjusted": "DoWhy, other aspects held"}[kind]
            estimates.setdefault(label, []).append((row[kind], low, high))
        for operation in ("mask", "delete"):
            tried = ModelInterventions(
                study.model,
                study.corpus,
                study.table,
                documents=len(study.corpus),
                operation=operation,  # type: ignore[arg-type]
                seed=seed,
            )
            effect = tried.effect(
                names.index(str(aspect)),
                names.index("rating"),
                Contrast("Negative", "Positive", None),
            )
            assert not isinstance(effect, str), effect
            estimates.setdefault(f"intervention on the model, {operation}", []).append(
                (effect.estimate, effect.low, effect.high)
            )
    return {
        "effects": {name: _against(values, human) for name, values in estimates.items()},
        "aspects": list(known.index),
        "estimates": estimates,
        "human": human.tolist(),
        "auc": _edges(run, study),
    }


def _against(values: list[tuple[float, float, float]], human: np.ndarray) -> dict[str, float]:
    estimate, low, high = np.array(values, dtype=float).T
    return {
        "effects": len(human),
        "bias": float(np.mean(estimate - human)),
        "rmse": float(np.sqrt(np.mean((estimate - human) ** 2))),
        "coverage": float(np.mean((low <= human) & (human <= high))),
    }


def _edges(run: Any, study: Study) -> dict[str, float | None]:
    """Return each kind's AUC for the pairs with the rating, among all unordered pairs."""
    names = study.table.names
    information = mutual_information_screen(study.table)
    evidence = run.evidence.set_index(["source", "target"])
    pairs = [(a, b) for k, a in enumerate(names) for b in names[k + 1 :]]
    positive = np.array(["rating" in pair for pair in pairs])

    def largest(column: str, scale: str | None = None) -> np.ndarray:
        found = []
        for a, b in pairs:
            values = [
                abs(evidence.loc[way, column]) / (evidence.loc[way, scale] if scale else 1.0)
                for way in ((a, b), (b, a))
                if way in evidence.index
            ]
            known = [float(value) for value in values if not np.isnan(value)]
            found.append(max(known, default=-1.0))
        return np.array(found)

    scores = {
        "mutual information (baseline)": np.array(
            [information[names.index(a), names.index(b)] for a, b in pairs]
        ),
        "attention, either way": largest("attention_strength"),
        "knock-out": largest("knock_out_effect"),
        "DoWhy": largest("data_estimate", "data_standard_error"),
        "intervention on the model": largest("model_total_variation"),
    }
    return {name: float(roc_auc_score(positive, score)) for name, score in scores.items()}


def icace_part(seed: int, overrides: list[str]) -> dict[str, Any]:
    """Return every method's mean ICaCE errors over the test split's pairs."""
    study = Study(seed, overrides)
    model = study.model
    pairs = human_pairs(study.archive, "test").dropna(subset=["label_from", "label_to"])
    pairs = pairs[(pairs["label_from"] != pairs["label_to"])]
    known = pairs["label_from"].isin(_LABELS) & pairs["label_to"].isin(_LABELS)
    pairs = pairs[known].reset_index(drop=True)
    reviews = read_reviews(study.archive, "test").set_index("id")
    texts = list(dict.fromkeys([*pairs["text_from"], *pairs["text_to"]]))
    place = {text: k for k, text in enumerate(texts)}
    outputs = predict_labels(model, encode_texts(model, texts), BATCH)
    source, target = (
        outputs[[place[text] for text in pairs[side]]] for side in ("text_from", "text_to")
    )
    true = target - source
    train = study.corpus
    trained = predict_labels(model, encode_texts(model, train.texts), BATCH)
    assert train.metadata is not None
    labels = _labels(train.metadata)
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
                model, train.texts, own, words, tokens=TOKENS, guide=guide, batch_size=BATCH
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
