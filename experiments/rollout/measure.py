"""One model: trained on sentences, its attention read on others."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import torch

from causattn.base import generator, track
from causattn.models import LanguageModel, load_model
from causattn.reproduction import Context

from .importance import (
    REFERENCES,
    attention_importance,
    blank_out,
    input_gradient,
    right_probability,
)
from .ranks import RANKS, rank_correlation
from .sentences import Grammar, Sentence, agreement_corpus, draw_sentences
from .settings import Settings

KEYS = ["ranks", "against", "by", "layer"]


def jobs(settings: Settings) -> list[dict[str, Any]]:
    """Return one job a model; how many there are and which ranks are shown change none of them."""
    fixed = {k: v for k, v in asdict(settings).items() if k not in ("seeds", "ranks")}
    return [{"model": number, **fixed} for number in range(settings.seeds)]


def measure(job: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return mean correlations, a row each layer, kind of attention, reference and ranks.

    Each row also says of the model how many held-out sentences there are and how many verbs are
    right (``sentences``, ``right``), the same where another noun has the other number (``misled``,
    ``right_misled``), and of how many sentences the words were ranked (``ranked``).
    """
    settings = Settings(**{key: value for key, value in job.items() if key != "model"})
    seed = context.seed + job["model"]
    grammar = Grammar(modifiers=settings.modifiers, marked=settings.marked)
    training = draw_sentences(settings.documents, generator(seed, "rollout", "training"), grammar)
    known = {sentence.words for sentence in training}
    drawn = draw_sentences(settings.held_out, generator(seed, "rollout", "held out"), grammar)
    fresh = [sentence for sentence in drawn if sentence.words not in known]
    model = train(training, settings, seed)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        right = right_probability(model, fresh) > 0.5
        correlations = correlate(model, fresh[: settings.evaluated])
    finally:
        torch.set_num_threads(before)
    misled = np.array([bool(sentence.attractors) for sentence in fresh])
    model_wide = {
        "sentences": len(fresh),
        "right": int(right.sum()),
        "misled": int(misled.sum()),
        "right_misled": int(right[misled].sum()),
        "ranked": min(settings.evaluated, len(fresh)),
    }
    groups = correlations.groupby(KEYS, sort=False)["correlation"]
    means = groups.agg(correlation="mean", correlations="size", defined="count").reset_index()
    return [{**row, **model_wide} for row in means.to_dict("records")]


def train(sentences: list[Sentence], settings: Settings, seed: int) -> LanguageModel:
    """Train a small BERT that predicts nothing but the hidden verb."""
    corpus = agreement_corpus(
        sentences, settings.unknown, generator(seed, "rollout", "blanked out")
    )
    wanted = {
        "kind": "tiny_mlm",
        "tokenizer": "words",
        "layers": settings.layers,
        "heads": settings.heads,
        "width": settings.width,
        "feed_forward": 2 * settings.width,
        "steps": settings.steps,
        "batch": settings.batch,
        "learning_rate": settings.learning_rate,
        "longest": 64,
    }
    return load_model(wanted, corpus, seed)


def correlate(model: LanguageModel, sentences: list[Sentence]) -> pd.DataFrame:
    """Return the correlation of each sentence, layer, kind of attention, reference and ranks."""
    rows = []
    for number, sentence in enumerate(track(sentences, "importance of words", unit="sentences")):
        others = np.arange(len(sentence.words)) != sentence.verb
        references = dict(
            zip(
                REFERENCES,
                (blank_out(model, sentence), input_gradient(model, sentence)),
                strict=True,
            )
        )
        for by, layers in attention_importance(model, sentence).items():
            for layer, found in enumerate(layers, 1):
                rows += [
                    {
                        "sentence": number,
                        "ranks": ranks,
                        "against": against,
                        "by": by,
                        "layer": layer,
                        "correlation": rank_correlation(found[others], reference[others], ranks),
                    }
                    for ranks in RANKS
                    for against, reference in references.items()
                ]
    return pd.DataFrame(rows)
