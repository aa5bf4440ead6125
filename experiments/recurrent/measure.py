"""Trains one recurrent model and measures how well it predicts, and whose importance is right.

The texts are sentences whose verb agrees with its subject (those of the reproduction of rollout),
and the reviews of the Stanford Sentiment Treebank as plain text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from causattn.attribution import NextTokenTarget, explain
from causattn.base import generator
from causattn.corpora import Corpus, load_corpus
from causattn.models import LanguageModel, encode_texts, load_model, predict_tokens, untrained_copy
from causattn.reproduction import Context
from experiments.rollout.sentences import NOUNS, VERBS, Sentence, draw_sentences

MODELS: dict[str, dict[str, Any]] = {
    "LSTM": {"kind": "lstm_lm", "attention": "none"},
    "LSTM, additive attention": {"kind": "lstm_lm", "attention": "additive"},
    "LSTM, dot attention": {"kind": "lstm_lm", "attention": "dot"},
    "encoder-decoder, Bahdanau": {
        "kind": "lstm_seq2seq",
        "attention": "additive",
        "query": "previous",
    },
    "encoder-decoder, Luong": {"kind": "lstm_seq2seq", "attention": "general", "query": "current"},
}
EXPLAINERS: dict[str, dict[str, Any]] = {
    "attention": {"kind": "attention"},
    "cell contribution (additive cell)": {"kind": "cell_contribution"},
    "cell contribution (cell difference)": {
        "kind": "cell_contribution",
        "decomposition": "cell_difference",
    },
    "embedding erased to zero": {"kind": "embedding_ablation"},
    "embedding erased to the mean": {"kind": "embedding_ablation", "erased": "mean"},
    "gradient times input": {"kind": "gradient_input"},
    "random": {"kind": "random"},
}
_NUMBER = {noun: k for pair in NOUNS for k, noun in enumerate(pair)}
_OTHER = {noun: pair[1 - k] for pair in NOUNS for k, noun in enumerate(pair)}


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a model."""
    size = {"sentences": settings.sentences, "asked": settings.asked, "epochs": settings.epochs}
    for corpus, models in settings.models.items():
        for model, seeds in models.items():
            for seed in range(seeds):
                yield {"corpus": corpus, "model": model, "seed": seed, **size}


def measure(job: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Return what one model is worth."""
    torch.set_num_threads(1)
    seed = job["seed"]
    settings = {**MODELS[job["model"]], "epochs": job["epochs"]}
    if job["corpus"] == "agreement":
        drawn = draw_sentences(job["sentences"], generator(seed, "recurrent", "sentences"))
        texts = Corpus("agreement", [" ".join(each.words) for each in drawn])
        settings["tokenizer"] = "words"
    else:
        path = str(context.files / "sst" / "sst_dataset.csv")
        texts = load_corpus({"kind": "file", "path": path, "missing": "drop"}, seed)
        settings |= {"tokenizer": "pieces", "vocabulary": 3000}
    trained = load_model(settings, texts, seed)
    kept = ("perplexity_held_out", "perplexity_unigram", "tokens_held_out", "best_epoch")
    found = {name: trained.about[name] for name in (*kept, "epochs_run", "parameters", "history")}
    if job["corpus"] == "agreement" and trained.task == "causal":
        others = draw_sentences(job["asked"], generator(seed, "recurrent", "asked"))
        found["importance"] = importance(trained, others, seed)
        found["untrained"] = importance(untrained_copy(trained, seed), others, seed)
    return found


def importance(model: LanguageModel, sentences: list[Sentence], seed: int) -> dict[str, Any]:
    """Return how often the right verb is predicted, and each explainer against what nouns do."""
    prefixes = [list(each.words[: each.verb]) for each in sentences]
    predicted = verb_margin(model, prefixes, [each.plural for each in sentences]) > 0
    lured = np.array([bool(each.attractors) for each in sentences])
    several = [k for k, words in enumerate(prefixes) if sum(w in _NUMBER for w in words) > 1]
    effects = [noun_effects(model, prefixes[k], sentences[k].plural) for k in several]
    places = [[p for p, w in enumerate(prefixes[k]) if w in _NUMBER] for k in several]
    chance = float(np.mean([1 / len(each) for each in places]))
    found: dict[str, Any] = {
        "accuracy": float(predicted.mean()),
        "accuracy_attractors": float(predicted[lured].mean()),
        "sentences": len(sentences),
        "sentences_several_nouns": len(several),
        "chance": chance,
        "explainers": {},
    }
    plain = model.network.config.attention is None
    for name, settings in EXPLAINERS.items():
        if plain and name == "attention":
            continue
        scores = noun_scores(
            model,
            [prefixes[k] for k in several],
            [sentences[k].plural for k in several],
            places,
            settings,
            seed,
        )
        subject = [
            place[int(np.argmax(score))] == sentences[k].subject
            for k, place, score in zip(several, places, scores, strict=True)
        ]
        joined, acted = np.concatenate(scores), np.concatenate(effects)
        found["explainers"][name] = {
            "subject_first": float(np.mean(subject)),
            "correlation": float(np.corrcoef(joined, acted)[0, 1]),
        }
    subject = [
        place[int(np.argmax(effect))] == sentences[k].subject
        for k, place, effect in zip(several, places, effects, strict=True)
    ]
    found["intervention_subject_first"] = float(np.mean(subject))
    return found


def verb_margin(model: LanguageModel, prefixes: list[list[str]], plural: list[bool]) -> np.ndarray:
    """Return the log-odds of the right verb after each prefix."""
    texts = [" ".join([*words, VERBS[0]]) for words in prefixes]
    encoding = encode_texts(model, texts)
    verbs = np.array(model.tokenizer.convert_tokens_to_ids(list(VERBS)))
    odds = predict_tokens(model, encoding, encoding.lengths - 1, verbs)
    right = np.array(plural, dtype=int)
    rows = np.arange(len(texts))
    margin: np.ndarray = odds[rows, right] - odds[rows, 1 - right]
    return margin


def noun_effects(model: LanguageModel, words: list[str], plural: bool) -> np.ndarray:
    """Return what the right verb's log-odds lose when each noun changes its number."""
    places = [p for p, word in enumerate(words) if word in _NUMBER]
    changed = []
    for place in places:
        other = list(words)
        other[place] = _OTHER[words[place]]
        changed.append(other)
    margins = verb_margin(model, [words, *changed], [plural] * (len(places) + 1))
    return margins[0] - margins[1:]


def noun_scores(
    model: LanguageModel,
    prefixes: list[list[str]],
    plural: list[bool],
    places: list[list[int]],
    settings: dict[str, Any],
    seed: int,
) -> list[np.ndarray]:
    """Return each noun's score for the right verb minus that for the other.

    Attention is the same for both; its score is what it pays.
    """
    texts = [" ".join(words) for words in prefixes]
    both = []
    for verb in VERBS:
        scale = {} if settings["kind"] in ("attention", "random") else {"scale": "logit"}
        both.append(
            explain(model, texts, {**settings, **scale}, target=NextTokenTarget(verb), seed=seed)
        )
        if not scale:
            both.append(both[0])
            break
    found = []
    for k, place in enumerate(places):
        right, wrong = both[plural[k]][k].score, both[not plural[k]][k].score
        score = right if both[0] is both[1] else right - wrong
        found.append(score[place])
    return found
