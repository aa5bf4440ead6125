"""One model: trained on sentences, its attention read on others; kept in the store by its seed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from causattn.base import generator, read_json, track, write_json
from causattn.models import LanguageModel, load_model
from causattn.papers.rollout.importance import (
    REFERENCES,
    attention_importance,
    blank_out,
    input_gradient,
    right_probability,
)
from causattn.papers.rollout.ranks import RANKS, rank_correlation
from causattn.papers.rollout.sentences import (
    Grammar,
    Sentence,
    agreement_corpus,
    draw_sentences,
)
from causattn.papers.rollout.settings import RolloutSettings
from causattn.results import Store

_KIND, _SCHEMA = "rollout", 1


@dataclass(frozen=True)
class Measured:
    """What one model shows.

    Parameters
    ----------
    sentences, right
        Held-out sentences, and how many of their verbs the model gets right.
    misled, right_misled
        The same of those in which another noun has the other number.
    evaluated
        Sentences whose words were ranked.
    correlations
        A row each sentence, layer, kind of attention, reference and ranks.
    """

    sentences: int
    right: int
    misled: int
    right_misled: int
    evaluated: int
    correlations: pd.DataFrame


def measure(settings: RolloutSettings, seed: int, cache: Path) -> Measured:
    """Return what the model of a seed shows, from the store where it is there.

    Parameters
    ----------
    settings
        The protocol.
    seed
        Draws sentences, weights and training.
    cache
        Folder of the store.
    """
    # How many seeds there are and which ranks are shown change nothing of one.
    parts = {k: v for k, v in asdict(settings).items() if k not in ("seeds", "ranks")}
    return (
        Store(cache)
        .fetch(
            _KIND,
            {"settings": parts, "seed": seed},
            _SCHEMA,
            lambda: _measure(settings, seed),
            _write,
            _read,
        )
        .value
    )


def _measure(settings: RolloutSettings, seed: int) -> Measured:
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
    return Measured(
        sentences=len(fresh),
        right=int(right.sum()),
        misled=int(misled.sum()),
        right_misled=int(right[misled].sum()),
        evaluated=min(settings.evaluated, len(fresh)),
        correlations=correlations,
    )


def _write(measured: Measured, folder: Path) -> None:
    known = {k: v for k, v in vars(measured).items() if k != "correlations"}
    write_json(folder / "measured.json", known)
    measured.correlations.to_parquet(folder / "correlations.parquet")


def _read(folder: Path) -> Measured:
    known = read_json(folder / "measured.json")
    return Measured(**known, correlations=pd.read_parquet(folder / "correlations.parquet"))


def train(sentences: list[Sentence], settings: RolloutSettings, seed: int) -> LanguageModel:
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
