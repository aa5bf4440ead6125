"""How well attention, rollout and flow agree with what matters to the answer, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import torch

from causattn.base import ConfigError, generator, track
from causattn.models import LanguageModel, load_model
from causattn.papers._paper import Figure, Findings, Paper, Work
from causattn.papers.rollout._importance import (
    ATTENTION,
    REFERENCES,
    attention_importance,
    blank_out,
    input_gradient,
    right_probability,
)
from causattn.papers.rollout._ranks import RANKS, Ranks, rank_correlation
from causattn.papers.rollout._sentences import (
    Grammar,
    Sentence,
    agreement_corpus,
    draw_sentences,
)

_PUBLISHED = {"raw attention": (0.69, 0.29), "rollout": (0.32, 0.7), "flow": (0.32, 0.7)}
"""First and last layer, against blank-out."""


@dataclass(frozen=True)
class RolloutSettings:
    """The protocol.

    Parameters
    ----------
    layers, heads, width
        Of the model.
    documents
        Sentences to train on.
    steps, batch, learning_rate
        Of training.
    unknown
        Probability that a word of a training sentence is blanked out.
    modifiers, marked
        The most modifiers of a subject, and the probability that a determiner shows its noun's
        number.
    held_out
        Other sentences, for accuracy.
    evaluated
        How many of them, from the first, for the correlations.
    ranks
        The convention of the figures, ``"standard"`` or ``"dense"``; the tables have both.
    """

    layers: int = 6
    heads: int = 4
    width: int = 64
    documents: int = 20_000
    steps: int = 2500
    batch: int = 64
    learning_rate: float = 7e-4
    unknown: float = 0.05
    modifiers: int = 2
    marked: float = 0.6
    held_out: int = 2000
    evaluated: int = 300
    ranks: Ranks = "standard"

    def __post_init__(self) -> None:
        if self.layers < 2:
            raise ConfigError(
                f"paper.layers={self.layers} has no first and last layer to compare; take at "
                "least 2."
            )
        if not 2 <= self.evaluated <= self.held_out:
            raise ConfigError(
                f"paper.evaluated={self.evaluated} must be at least 2 and at most "
                f"paper.held_out={self.held_out}."
            )
        if not 0 <= self.unknown < 1:
            raise ConfigError(f"paper.unknown={self.unknown} must be at least 0 and below 1.")
        if not 0 <= self.marked <= 1:
            raise ConfigError(f"paper.marked={self.marked} must be between 0 and 1.")
        if self.modifiers < 0:
            raise ConfigError(f"paper.modifiers={self.modifiers} must not be negative.")
        if self.ranks not in RANKS:
            raise ConfigError(f"paper.ranks={self.ranks} must be one of {', '.join(RANKS)}.")


def retrain(settings: RolloutSettings, work: Work) -> Findings:
    """Train on sentences, read attention on others."""
    grammar = Grammar(modifiers=settings.modifiers, marked=settings.marked)
    training = draw_sentences(
        settings.documents, generator(work.seed, "rollout", "training"), grammar
    )
    known = {sentence.words for sentence in training}
    drawn = draw_sentences(settings.held_out, generator(work.seed, "rollout", "held out"), grammar)
    fresh = [sentence for sentence in drawn if sentence.words not in known]
    model = train(training, settings, work.seed)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        right = right_probability(model, fresh) > 0.5
        correlations = correlate(model, fresh[: settings.evaluated])
    finally:
        torch.set_num_threads(before)
    means = correlations.groupby(["ranks", "against", "by", "layer"], sort=False)["correlation"]
    shown = means.agg(["mean", "std", "count"]).reset_index()
    findings = Findings()
    blank = means.mean()[settings.ranks]["blank-out"]
    findings.figures = [
        *_accuracies(fresh, right),
        *_shape({by: blank[by].to_numpy() for by in ATTENTION}),
    ]
    findings.tables = {
        f"Against {against}, {ranks} ranks: mean over sentences": part.pivot(
            index="layer", columns="by", values="mean"
        )[list(ATTENTION)].reset_index()
        for (ranks, against), part in shown.groupby(["ranks", "against"], sort=False)
    }
    spread = shown[(shown["ranks"] == settings.ranks) & (shown["against"] == "blank-out")]
    findings.tables["Spread over sentences, against blank-out"] = spread[
        ["by", "layer", "mean", "std", "count"]
    ].reset_index(drop=True)
    caption = f"Rank correlation with importance by layer ({settings.ranks} ranks; band: 95% of it)"
    findings.pictures[caption] = draw(shown[shown["ranks"] == settings.ranks], work.folder)
    findings.remarks = [
        f"Figures are in {settings.ranks} ranks, means over {min(settings.evaluated, len(fresh))} "
        "held-out sentences; words other than the hidden verb are ranked.",
        "Published figures are of the first and last of six layers, remembered from the paper's "
        "table 1, on another corpus with another model: the shape is compared, not the values.",
    ]
    undefined = int(correlations["correlation"].isna().sum())
    if undefined:
        findings.remarks.append(
            f"{undefined} of {len(correlations):,} correlations are of lists with all values tied, "
            "so that they have none; they are left out of the means."
        )
    return findings


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


def _accuracies(sentences: list[Sentence], right: np.ndarray) -> list[Figure]:
    """Return the share of right verbs, in all sentences and in those with attractors."""
    misled = np.array([bool(sentence.attractors) for sentence in sentences])
    figures = [Figure("accuracy, held-out sentences", None, float(right.mean()), None, "retrain")]
    if misled.any():
        name = f"accuracy, the {int(misled.sum())} with an attractor"
        figures.append(Figure(name, None, float(right[misled].mean()), None, "retrain"))
    return figures


def _shape(blank: dict[str, np.ndarray]) -> list[Figure]:
    """Return the ends of the lines against blank-out, and what was agreed of them.

    Parameters
    ----------
    blank
        For each of `ATTENTION` float64 [L].
    """
    figures = []
    for by, (first, last) in _PUBLISHED.items():
        for where, published, ours in (
            ("first", first, blank[by][0]),
            ("last", last, blank[by][-1]),
        ):
            figures.append(
                Figure(
                    f"{by}, {where} layer, against blank-out",
                    published,
                    float(ours),
                    None,
                    "retrain",
                )
            )
    raw_first, raw_last = _PUBLISHED["raw attention"]
    figures.append(
        Figure(
            "raw attention: last layer less first",
            round(raw_last - raw_first, 2),
            float(blank["raw attention"][-1] - blank["raw attention"][0]),
            (None, 0.0),
            "retrain",
            "the shape: it falls",
        )
    )
    for by in ("rollout", "flow"):
        figures.append(
            Figure(
                f"last layer: {by} less raw attention",
                round(_PUBLISHED[by][1] - raw_last, 2),
                float(blank[by][-1] - blank["raw attention"][-1]),
                (0.0, None),
                "retrain",
                "the shape: it ends above",
            )
        )
    return figures


def draw(shown: pd.DataFrame, folder: Path) -> Path:
    """Draw the correlations by layer, one panel a reference, and return the picture's path."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(8, 3.2), sharey=True, layout="constrained")
    colours = dict(zip(ATTENTION, ("#525252", "#c2410c", "#1d4ed8"), strict=True))
    for axis, against in zip(axes, REFERENCES, strict=True):
        for by, colour in colours.items():
            part = shown[(shown["against"] == against) & (shown["by"] == by)]
            half = 1.96 * part["std"] / np.sqrt(part["count"])
            axis.plot(part["layer"], part["mean"], marker="o", markersize=4, color=colour, label=by)
            axis.fill_between(
                part["layer"], part["mean"] - half, part["mean"] + half, color=colour, alpha=0.15
            )
        axis.axhline(0, color="#a3a3a3", linewidth=0.8)
        axis.set_title(f"against {against}", loc="left")
        axis.set_xlabel("layer")
        axis.set_xticks(sorted(shown["layer"].unique()))
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("rank correlation, mean")
    axes[1].legend(frameon=False)
    path = folder / "layers.png"
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    return path


PAPER = Paper(
    name="rollout",
    citation="Abnar, Zuidema 2020, Quantifying attention flow in transformers (ACL)",
    claim="On a model of verb number, raw attention says less of a word's importance the deeper "
    "the layer, while rollout and flow say more (table 1, the shape).",
    labels=("retrain",),
    settings=RolloutSettings,
    reproduce=retrain,
)
