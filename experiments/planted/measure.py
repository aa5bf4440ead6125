"""A corpus with a planted rule, a model trained on it, and every explainer judged on it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from causattn.attribution import (
    EXPLAINERS,
    TokenAttribution,
    agreement,
    class_margins,
    erasure,
    explain,
    fit_surrogate,
    infidelity,
    replacement_effects,
    sensitivity,
    surrogate_rules,
)
from causattn.base import CapabilityError
from causattn.corpora import Corpus, load_corpus, planted_causes, planted_roles, rewrite
from causattn.features import build_features
from causattn.models import (
    LanguageModel,
    batches,
    encode_texts,
    load_model,
    predict_labels,
    untrained_copy,
)
from causattn.report import surrogate_figure
from causattn.reproduction import Context

TASKS: dict[str, dict[str, Any]] = {
    "token": {"rule": "token", "decoy": "none"},
    "context": {"rule": "context", "decoy": "none"},
    "pair": {"rule": "pair", "decoy": "none"},
    "decoy": {"rule": "token", "decoy": "same_words"},
    "rare": {"rule": "token", "decoy": "rare"},
    "confounded": {"rule": "token", "decoy": "none", "confounding": 0.6},
}
LEARNED = 0.98
"""Accuracy on documents held out from which on a rule counts as learned."""
MEASURES = ("raw", "rollout", "flow", "norm", "gradient")
SETTINGS: dict[str, dict[str, Any]] = {
    "integrated_gradients": {"steps": 16},
    "lime": {"samples": 100},
    "kernel_shap": {"samples": 100},
    "shapley_sampling": {"samples": 10},
}
INTERVENTION, REPLACEMENT = "rewriting (intervention)", "replacement"
SENSITIVITY_DOCUMENTS = 5
TRIAL_SEED = 1000
"""Documents that are explained are drawn with a seed so much higher than those trained on."""


@dataclass(frozen=True)
class Units:
    """The words of the explained documents that are judged, d lists.

    Parameters
    ----------
    owner
        For each document int64 [t], the unit of each token; -1 for special tokens.
    variable
        For each document int64 [u], the variable that each unit states; -1 for other text.
    cause
        For each document bool [u].
    """

    owner: list[np.ndarray]
    variable: list[np.ndarray]
    cause: list[np.ndarray]

    def of_tokens(self, scores: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the sums of the tokens' scores for each unit."""
        return [
            np.bincount(owner[owner >= 0], score[owner >= 0], minlength=len(variable))
            for owner, variable, score in zip(self.owner, self.variable, scores, strict=True)
        ]


def explainers() -> dict[str, dict[str, Any]]:
    """Return the settings of every explainer there is, attention once a measure."""
    found: dict[str, dict[str, Any]] = {}
    for kind in EXPLAINERS:
        if kind == "attention":
            found |= {f"attention, {m}": {"kind": kind, "measure": m} for m in MEASURES}
        else:
            found[kind] = {"kind": kind, **SETTINGS.get(kind, {})}
    return found


@dataclass(frozen=True)
class Job:
    """A model trained on a planted corpus, and every explainer on other documents of its kind.

    Parameters
    ----------
    task, language, seed
        Of `TASKS`; of the corpus; of corpus, training and draws.
    documents, epochs
        Of training; twice the epochs where the rule is not learned by then.
    explained
        How many documents to explain.
    """

    task: str
    language: str
    seed: int
    documents: int
    epochs: int
    explained: int


def jobs(settings: Any) -> Iterator[Job]:
    """Yield all jobs, seed by seed, so that a run that is cut short has every corpus."""
    for seed in range(settings.seeds):
        for language in settings.languages:
            for task, training in settings.training.items():
                yield Job(task, language, seed, *training, settings.explained)


def measure(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return a row on the model, then a row an explainer.

    Of the rule that a sum cannot express, the surrogates of the first seed are drawn.
    """
    torch.set_num_threads(1)
    task, seed, epochs = job.task, job.seed, job.epochs
    plain = {"confounding": 0.0, "label_noise": 0.0}
    own = {"kind": "planted", "language": job.language, **plain, **TASKS[task]}
    corpus = load_corpus({**own, "documents": job.documents}, seed)
    started = time.process_time()
    model = load_model({"kind": "tiny_classifier", "epochs": epochs}, corpus, seed)
    if model.about["accuracy_held_out"] < LEARNED:
        epochs = 2 * epochs
        model = load_model({"kind": "tiny_classifier", "epochs": epochs}, corpus, seed)
    trained = time.process_time() - started
    trial = load_corpus({**own, "documents": job.explained}, seed + TRIAL_SEED)
    said = predict_labels(model, encode_texts(model, trial.texts))
    effects = rewriting_effects(model, trial)
    units = find_units(model, trial)
    lines = [_reference(units, effects, trial)]
    others = replacement_effects(model, trial.texts, pool=corpus.texts[:500], draws=8, seed=seed)
    lines.append(_judged(REPLACEMENT, model, trial, units, effects, others, None, seed))
    fresh = untrained_copy(model, seed)
    left_out = {}
    for name, kind in explainers().items():
        started = time.process_time()
        try:
            found = explain(model, trial.texts, kind, seed=seed)
        except CapabilityError as error:  # such as one for recurrent models only
            left_out[name] = str(error)
            continue
        seconds = time.process_time() - started
        line = _judged(name, model, trial, units, effects, found, kind, seed)
        control = explain(fresh, trial.texts, kind, seed=seed)
        against = _against_truth(units, _scores(control), trial)
        lines.append(
            {
                **line,
                "seconds": seconds / len(trial),
                **{f"untrained_{key}": against[key] for key in ("precision", "auc")},
            }
        )
    drawn = context.folder if task == "context" and seed == 0 else None
    about = {
        "part": "model",
        "epochs_trained": epochs,
        "seconds_training": trained,
        "accuracy_held_out": model.about["accuracy_held_out"],
        "accuracy_explained": float((said.argmax(1) == trial.outcome).mean()),
        "accuracy_majority": model.about["accuracy_majority"],
        "fair_share": _fair_share(units, trial),
        "left_out": left_out,
        "surrogates": _surrogates(model, corpus, seed, drawn),
    }
    return [about, *({"part": "explainer", **line} for line in lines)]


def rewriting_effects(model: LanguageModel, corpus: Corpus) -> np.ndarray:
    """Return what rewriting each variable's word does to the predicted class's logit.

    Returns
    -------
    ndarray
        float64 [n, v]: the logit on the document less its mean over all other words in the slot.
    """
    assert corpus.values is not None
    whole = _logits(model, corpus.texts)
    rows = np.arange(len(corpus))
    chosen = whole.argmax(1)
    effects = np.zeros(corpus.values.shape)
    for variable, values in enumerate(corpus.categories):
        assert values is not None
        for step in range(1, len(values)):
            wanted = np.full(corpus.values.shape, np.nan)
            wanted[:, variable] = (corpus.values[:, variable] + step) % len(values)
            changed = _logits(model, rewrite(corpus, wanted).texts)
            effects[:, variable] += (whole - changed)[rows, chosen] / (len(values) - 1)
    return effects


def find_units(model: LanguageModel, corpus: Corpus) -> Units:
    """Return the units of every document: a variable's word, or one token of the rest."""
    encoding, mentions = encode_texts(model, corpus.texts), corpus.mentions
    bounds, causes = mentions.of_documents(len(corpus)), planted_causes(corpus)
    owners, variables, marks = [], [], []
    for document in range(len(corpus)):
        low, high = encoding.bounds[document], encoding.bounds[document + 1]
        start, end = encoding.start[low:high], encoding.end[low:high]
        rows = np.arange(bounds[document], bounds[document + 1])
        inside = (start[:, None] < mentions.end[rows]) & (end[:, None] > mentions.start[rows])
        owner = np.where(inside.any(1), inside.argmax(1), -1)
        alone = np.flatnonzero((owner < 0) & ~encoding.special[low:high])
        owner[alone] = len(rows) + np.arange(len(alone))
        owners.append(owner)
        variables.append(np.concatenate([mentions.variable[rows], np.full(len(alone), -1)]))
        marks.append(np.concatenate([causes[rows], np.zeros(len(alone), dtype=bool)]))
    return Units(owners, variables, marks)


def precision_and_auc(score: np.ndarray, cause: np.ndarray) -> tuple[float, float]:
    """Return precision at k, k the number of causes, and the area under the ROC curve.

    Ties count as drawn at random: expected precision, and one half of each tied pair.
    """
    k = int(cause.sum())
    cut = np.sort(score)[-k]
    above, at = score > cut, score == cut
    hits = cause[above].sum() + (k - above.sum()) * cause[at].mean()
    pairs = score[cause][:, None] - score[~cause][None]
    return float(hits / k), float(((pairs > 0) + 0.5 * (pairs == 0)).mean())


def _judged(
    name: str,
    model: LanguageModel,
    corpus: Corpus,
    units: Units,
    effects: np.ndarray,
    found: list[TokenAttribution],
    kind: Mapping[str, Any] | None,
    seed: int,
) -> dict[str, Any]:
    """Return all metrics of one explainer; of `kind` None the sensitivity is not asked for."""
    removed = erasure(model, corpus.texts, found, seed=seed)
    sums = infidelity(model, corpus.texts, found, draws=30, seed=seed)
    line = {
        "explainer": name,
        **_against_truth(units, _scores(found), corpus),
        **_against_effects(units, _scores(found), effects),
        "comprehensiveness": float(removed.comprehensiveness.mean()),
        "sufficiency": float(removed.sufficiency.mean()),
        "normalised_documents": float(removed.is_normalised.mean()),
        "normalised_comprehensiveness": _mean(removed.normalised_comprehensiveness),
        "normalised_sufficiency": _mean(removed.normalised_sufficiency),
        "infidelity": float(sums.infidelity.mean()),
        "infidelity_explained": _mean(sums.explained),
    }
    if kind is not None:
        few = corpus.texts[:SENSITIVITY_DOCUMENTS]
        moved = sensitivity(model, few, kind, found[: len(few)], draws=2, seed=seed)
        line["sensitivity"] = _mean(moved)
    return line


def _reference(units: Units, effects: np.ndarray, corpus: Corpus) -> dict[str, Any]:
    """Return the line of the interventions themselves: how far the model follows the rule."""
    scores = [
        np.where(variable >= 0, effects[row, variable], 0.0)
        for row, variable in enumerate(units.variable)
    ]
    by_token = replace(units, owner=[np.arange(len(each)) for each in scores])
    return {"explainer": INTERVENTION, **_against_truth(by_token, scores, corpus)}


def _against_truth(units: Units, scores: Sequence[np.ndarray], corpus: Corpus) -> dict[str, Any]:
    """Return how well sizes of scores find the causes, and their share on each role's words."""
    names = np.array([*planted_roles(corpus), "text"])
    figures, signed, shares = [], [], []
    for score, variable, cause in zip(
        units.of_tokens(scores), units.variable, units.cause, strict=True
    ):
        figures.append(precision_and_auc(np.abs(score), cause))
        signed.append(precision_and_auc(score, cause)[1])
        size = np.abs(score)
        whole = size.sum()
        parts = [size[names[variable] == role].sum() for role in dict.fromkeys(names)]
        shares.append(np.array(parts) / whole if whole else np.full(len(parts), np.nan))
    precision, auc = np.mean(figures, axis=0)
    return {
        "precision": float(precision),
        "auc": float(auc),
        "auc_signed": float(np.mean(signed)),
        # Of the documents where there is a score at all.
        "share": dict(
            zip(dict.fromkeys(names.tolist()), map(_mean, np.transpose(shares)), strict=True)
        ),
    }


def _fair_share(units: Units, corpus: Corpus) -> dict[str, float]:
    """Return the share of a document's units that each role has, mean over the documents."""
    names = np.array([*planted_roles(corpus), "text"])
    return {
        role: float(np.mean([(names[variable] == role).mean() for variable in units.variable]))
        for role in dict.fromkeys(names.tolist())
    }


def _against_effects(
    units: Units, scores: Sequence[np.ndarray], effects: np.ndarray
) -> dict[str, float | None]:
    """Return how scores of the variables' words agree with what rewriting them does."""
    given, real = [], []
    for row, (score, variable) in enumerate(
        zip(units.of_tokens(scores), units.variable, strict=True)
    ):
        slots = variable >= 0
        given.append(score[slots])
        real.append(effects[row, variable[slots]])
    found = agreement(given, real)
    return {
        "error": _mean(found.error),
        "rank_correlation": _mean(found.rank_correlation),
        "sign_agreement": _mean(found.sign_agreement),
    }


def _surrogates(
    model: LanguageModel, corpus: Corpus, seed: int, figures: Path | None
) -> dict[str, Any]:
    """Return the fidelity and the rules of both surrogates on the corpus's slots."""
    table = build_features({"kind": "slots", "outcome": False}, corpus, model, seed)
    margins, words = class_margins(model, corpus.texts)
    found: dict[str, Any] = {}
    for kind in ("linear", "tree"):
        own = fit_surrogate(kind, table, margins, output=words, leaves=6, seed=seed)
        found[kind] = {
            key: None if np.isnan(value) else value for key, value in vars(own.fidelity).items()
        }
        found[kind]["rules"] = surrogate_rules(own, most=6).splitlines()
        if figures is not None:
            surrogate_figure(own).savefig(figures / f"{corpus.name}_{kind}.png", dpi=110)
    return found


def _scores(found: Sequence[TokenAttribution]) -> list[np.ndarray]:
    return [each.score for each in found]


def _logits(model: LanguageModel, texts: Sequence[str]) -> np.ndarray:
    """Return the logits of both classes, float64 [n, 2]."""
    encoding = encode_texts(model, texts)
    found = np.empty((len(encoding), 2))
    with torch.inference_mode():
        for batch in batches(encoding, 128):
            logits = model.network(**batch.to(model.device).inputs).logits
            found[batch.documents] = logits.double().cpu().numpy()
    return found


def _mean(values: np.ndarray) -> float | None:
    """Return the mean of what is defined, None where nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
