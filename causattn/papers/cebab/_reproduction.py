"""CEBaB: the effect of an aspect of a restaurant on its rating, by people's edits and from data.

Abraham et al. (2022), "CEBaB: Estimating the causal effects of real-world concepts on NLP model
behavior", NeurIPS: table of average treatment effects (two-way ratings, dev). The observational
columns are this project's own, recomputed independently; DoWhy's estimate is held against ordinary
least squares. Protocol: `causattn.corpora.human_effects` and `backdoor_design`. The second part
trains a classifier of the rating and asks how well methods explain it (`_icace.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from causattn.corpora import human_effects, load_corpus, observational_effects
from causattn.effects import aspect_effects
from causattn.papers._paper import DataFile, Figure, Findings, Paper, Work, within
from causattn.papers.cebab._icace import (
    CONDITIONAL,
    CONTROL,
    LEARNER,
    METHODS,
    NOTHING,
    RANDOM,
    REPLACED,
    CebabStudy,
    icace_by_method,
)

ARCHIVE = DataFile(
    "cebab/CEBaB-v1.1.zip",
    "afe8ebcb5d18f33297512cd5c7e05f1590b82fb0683367042454c3eda7d5c6ae",
    "CEBaBing/CEBaB, CC BY 4.0",
)
_TWO_WAY = {
    "ambiance": (0.1857, 70),
    "food": (0.8036, 112),
    "noise": (0.0435, 69),
    "service": (0.2976, 84),
}
_FIVE_WAY = {
    "food": (2.298, 1.917, 2.000, 2.063),
    "service": (2.433, 1.719, 1.391, 1.335),
    "ambiance": (1.856, 1.155, 1.100, 1.211),
    "noise": (1.984, 1.632, 0.787, 0.826),
}
_THREE_DECIMALS, _FOUR_DECIMALS = 5e-4, 5e-5
_SAME = 1e-6


@dataclass(frozen=True)
class CebabPaperSettings:
    """Intervals, and the part with a classifier.

    Parameters
    ----------
    model, features
        The groups of these names of a study's configuration: the classifier, and how the aspects'
        words are found.
    confidence
        Coverage of the intervals of the observational effects.
    pairs
        Pairs of a review and its edit whose effect on the classifier is asked for; 0 leaves the
        classifier out.
    learned, reference
        Reviews that methods learn from, and those of them that give tokens.
    """

    model: dict[str, Any]
    features: dict[str, Any]
    confidence: float = 0.95
    pairs: int = 200
    learned: int = 600
    reference: int = 120


def reproduce(settings: CebabPaperSettings, work: Work) -> Findings:
    """Recompute the effects on people's ratings, then explain a classifier of them."""
    path = work.fetch(ARCHIVE)
    findings = recompute(settings, path, work.seed)
    if settings.pairs:
        retrain(settings, path, work, findings)
    else:
        findings.remarks.append(
            "The classifier and the ICaCE errors were left out (paper.pairs=0)."
        )
    return findings


def recompute(settings: CebabPaperSettings, path: Path, seed: int) -> Findings:
    """Recompute the effects from the published reviews."""
    findings = Findings()
    two_way = human_effects(path, "dev", ways=2)
    for aspect, (effect, pairs) in _TWO_WAY.items():
        row = two_way.loc[aspect]
        findings.figures += [
            within(
                f"average treatment effect of {aspect}, two-way, dev",
                effect,
                float(row["effect"]),
                _FOUR_DECIMALS,
            ),
            within(f"pairs of reviews, {aspect}", pairs, int(row["pairs"]), 0),
        ]
    # The published observational figures are over reviews whose raters agreed on a majority.
    corpus = load_corpus({"kind": "cebab", "path": str(path), "rating": "majority"}, seed)
    table = aspect_effects(corpus, path, confidence=settings.confidence)
    least_squares = observational_effects(corpus)
    columns = ("naive", "adjusted", "human_dev", "human_test")
    titles = (
        "naive effect",
        "effect given the other aspects",
        "people's effect, dev",
        "people's effect, test",
    )
    for aspect, published in _FIVE_WAY.items():
        for column, title, value in zip(columns, titles, published, strict=True):
            findings.figures.append(
                within(
                    f"{title} of {aspect}, five-way",
                    value,
                    float(table.at[aspect, column]),
                    _THREE_DECIMALS,
                )
            )
        findings.figures.append(
            within(
                f"DoWhy's linear backdoor estimate of {aspect} against least squares",
                float(least_squares.at[aspect, "adjusted"]),
                float(table.at[aspect, "adjusted"]),
                _SAME,
                note="both computed here",
            )
        )
    findings.tables["Effects from Negative to Positive on the five-way rating"] = pd.DataFrame(
        table.rename_axis("aspect").reset_index()
    )
    findings.remarks.append(
        "Adjusting for the other three aspects moves every naive effect towards people's; that of "
        "noise stays twice as large: few reviews speak of noise, and what else they are like is "
        "not among the labels."
    )
    return findings


def retrain(settings: CebabPaperSettings, path: Path, work: Work, findings: Findings) -> None:
    """Train a classifier of the rating and add the ICaCE errors of methods that explain it."""
    study = CebabStudy.made(
        path,
        work.cache,
        work.seed,
        corpus={
            "kind": "cebab",
            "path": str(path),
            "splits": ["train_observational"],
            "rating": "majority_or_mean",
            "sha256": ARCHIVE.sha256,
        },
        model=settings.model,
        features=settings.features,
    )
    found = icace_by_method(
        study,
        work.seed,
        pairs=settings.pairs,
        learned=settings.learned,
        reference=settings.reference,
    )
    means = {
        method: {name: float(values.mean()) for name, values in errors._asdict().items()}
        for method, errors in found.errors.items()
    }
    for key, known in study.model.about.items():
        if "accuracy" in key:
            findings.figures.append(
                Figure(f"classifier: {key.replace('_', ' ')}", None, float(known), None, "retrain")
            )
    findings.figures += [
        Figure(f"ICaCE error (L2), {method}", None, means[method]["l2"], None, "retrain")
        for method in METHODS
    ]
    explainers = [method for method in METHODS if method not in (NOTHING, RANDOM)]
    worst = max(means[method]["l2"] for method in explainers)
    findings.figures += [
        Figure(
            "ICaCE error (L2): random less the worst explainer",
            None,
            means[RANDOM]["l2"] - worst,
            (0.0, None),
            "retrain",
            "the paper's baseline explains worst",
        ),
        Figure(
            "ICaCE error (cosine): conditional expectation less S-learner",
            None,
            means[CONDITIONAL]["cosine"] - means[LEARNER]["cosine"],
            (0.0, None),
            "retrain",
            "holding the other aspects is better than not holding them",
        ),
        Figure(
            "ICaCE error (cosine): random tokens less attention-guided ones",
            None,
            means[CONTROL]["cosine"] - means[REPLACED]["cosine"],
            None,
            "retrain",
            "what attention adds to the place of the words",
        ),
    ]
    title = f"ICaCE errors on {settings.pairs} pairs of the test split, by method"
    findings.tables[title] = found.table()
    findings.tables["Change of the classifier's mean rating under people's edits"] = pd.DataFrame(
        [
            {
                "aspect": str(aspect),
                "pairs": int((found.aspects == aspect).sum()),
                "mean absolute change": float(np.abs(found.change[found.aspects == aspect]).mean()),
            }
            for aspect in np.unique(found.aspects)
        ]
    )
    findings.remarks += [
        "ICaCE errors: mean distance between the change of the classifier's five probabilities "
        "under a person's edit and the change that a method names. The paper's own figures are "
        "for other classifiers (BERT, RoBERTa, GPT-2, an LSTM) and not at hand, so that nothing is "
        "published beside them; the two orders agreed on are those that its baselines are there "
        "for.",
        "TCAV, ConceptSHAP, CausaLM and INLP, which need access to hidden states or training of "
        "their own, are not among the methods.",
    ]


PAPER = Paper(
    name="cebab",
    citation="Abraham et al. 2022, CEBaB: Estimating the causal effects of real-world concepts on "
    "NLP model behavior (NeurIPS)",
    claim="What an aspect does to a rating: people's edits, and what adjustment makes of "
    "observational reviews; and how well methods explain a classifier of the rating.",
    labels=("recompute", "retrain"),
    settings=CebabPaperSettings,
    reproduce=reproduce,
    data=(ARCHIVE,),
)
