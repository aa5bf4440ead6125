"""CEBaB: the effect of an aspect of a restaurant on its rating, by people's edits and from data.

Abraham et al. (2022), "CEBaB: Estimating the causal effects of real-world concepts on NLP model
behavior", NeurIPS: table of average treatment effects (two-way ratings, dev). The observational
columns are this project's own, recomputed independently; DoWhy's estimate is held against ordinary
least squares. Protocol: `causattn.corpora.human_effects` and `backdoor_design`. The second part
trains a classifier of the rating and asks how well methods explain it (`retrained.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from causattn import configure
from causattn.corpora import human_effects, load_corpus, observational_effects
from causattn.effects import aspect_effects
from causattn.reproduction import Context, Findings, within

from .causalm import CausalmSettings
from .inside import InsideSettings
from .retrained import explained
from .study import CebabStudy

_ASPECTS = ("food", "service", "ambiance", "noise")
_SAME = 1e-6


@dataclass(frozen=True)
class Settings:
    """Intervals, and the part with a classifier.

    Parameters
    ----------
    study
        Choices of a study, as on the command line: its model is the classifier, its features say
        how the aspects' words are found.
    confidence
        Coverage of the intervals of the observational effects.
    pairs
        Pairs of a review and its edit whose effect on the classifier is asked for; 0 leaves the
        classifier out.
    learned, reference
        Reviews that methods learn from, and those of them that give tokens.
    concept_shap_epochs, inlp_rounds
        See `InsideSettings`.
    causalm_epochs, causalm_learning_rate, causalm_weight
        See `CausalmSettings`.
    """

    study: list[str]
    confidence: float = 0.95
    pairs: int = 200
    learned: int = 600
    reference: int = 120
    concept_shap_epochs: int = 50
    inlp_rounds: int = 10
    causalm_epochs: int = 1
    causalm_learning_rate: float = 2e-4
    causalm_weight: float = 0.1


def measure(settings: Settings, context: Context) -> Findings:
    """Recompute the effects on people's ratings, then explain a classifier of them."""
    path = context.data("archive")
    findings = recompute(settings, path, context)
    if settings.pairs:
        explained(
            _study(settings, path, context),
            context.seed,
            findings,
            pairs=settings.pairs,
            learned=settings.learned,
            reference=settings.reference,
            inside=_inside(settings),
        )
    else:
        findings.remarks.append("The classifier and the ICaCE errors were left out (pairs=0).")
    return findings


def recompute(settings: Settings, path: Path, context: Context) -> Findings:
    """Recompute the effects from the published reviews."""
    findings = Findings()
    two_way = human_effects(path, "dev", ways=2)
    for aspect in sorted(_ASPECTS):
        effect, pairs = two_way.loc[aspect, ["effect", "pairs"]]
        name = f"average treatment effect of {aspect}, two-way, dev"
        findings.figures += [
            context.figure(name, float(effect)),
            context.figure(f"pairs of reviews, {aspect}", int(pairs)),
        ]
    # The published observational figures are over reviews whose raters agreed on a majority.
    corpus = load_corpus({"kind": "cebab", "path": str(path), "rating": "majority"}, context.seed)
    table = aspect_effects(corpus, path, confidence=settings.confidence)
    least_squares = observational_effects(corpus)
    columns = ("naive", "adjusted", "human_dev", "human_test")
    titles = (
        "naive effect",
        "effect given the other aspects",
        "people's effect, dev",
        "people's effect, test",
    )
    for aspect in _ASPECTS:
        findings.figures += [
            context.figure(f"{title} of {aspect}, five-way", float(table.at[aspect, column]))
            for column, title in zip(columns, titles, strict=True)
        ]
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


def _study(settings: Settings, path: Path, context: Context) -> CebabStudy:
    """Return the classifier, trained on the observational reviews or found in the store."""
    study = configure(*settings.study)
    return CebabStudy.made(
        path,
        context.cache,
        context.seed,
        corpus={
            "kind": "cebab",
            "path": str(path),
            "splits": ["train_observational"],
            "rating": "majority_or_mean",
            "sha256": context.protocol.data["archive"].sha256,
        },
        model=study["model"],
        features=study["features"],
    )


def _inside(settings: Settings) -> InsideSettings:
    """Return the settings of the methods that look inside the classifier."""
    return InsideSettings(
        concept_shap_epochs=settings.concept_shap_epochs,
        inlp_rounds=settings.inlp_rounds,
        causalm=CausalmSettings(
            epochs=settings.causalm_epochs,
            learning_rate=settings.causalm_learning_rate,
            weight=settings.causalm_weight,
        ),
    )
