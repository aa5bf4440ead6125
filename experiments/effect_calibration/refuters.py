"""Are the refuters' p-values what they say: uniform on right models, small on planted wrong ones?

Every refuter is run on many data sets from a model that its null describes, and on many from one
that it is there to find:

=======================  ============================  =========================================
refuter                  right                         planted wrong
=======================  ============================  =========================================
placebo, dummy outcome   no effect                     an effect (to stand out is their power)
random common cause      confounders adjusted for      the confounder is left out of the
                                                       adjustment; noise is added, as users do
data subset, bootstrap   errors of one size            errors that grow with the treatment, under
                                                       classical standard errors
unobserved common cause  a hidden cause of the stated  an effect beyond what such a cause fakes
                         strength, no effect
=======================  ============================  =========================================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.stats

from causattn.base import generator
from causattn.corpora import Mentions
from causattn.effects import (
    Design,
    LinearEffect,
    LinearEffects,
    Refutation,
    refute,
)
from causattn.features import FeatureKind, FeatureTable

ROWS, DRAWS, STRENGTH = 1000, 100, 0.05
Made = Callable[[np.random.Generator], LinearEffect]


def tried(name: str, repetitions: int, seed: int) -> dict[str, Any]:
    """Return a refuter's p-values on right and on wrong models."""
    refute, right, wrong = CASES[name]
    p: dict[str, list[float]] = {"right": [], "wrong": []}
    for repetition in range(repetitions):
        for kind, make in (("right", right), ("wrong", wrong)):
            data = generator(seed, "calibration", name, kind, str(repetition))
            p[kind].append(refute(make(data), data).p)
    return {
        **p,
        "uniform_p": float(scipy.stats.kstest(p["right"], "uniform").pvalue),
        "level": float(np.mean(np.array(p["right"]) <= 0.05)),
        "power": float(np.mean(np.array(p["wrong"]) <= 0.05)),
    }


def _effect(standard_error: str, given: tuple[int, ...], **columns: np.ndarray) -> LinearEffect:
    table = FeatureTable(
        names=tuple(columns),
        kinds=(FeatureKind.SLOT,) * len(columns),
        values=np.column_stack(list(columns.values())),
        categories=(None,) * len(columns),
        carriers=Mentions.empty(),
        documents=np.arange(ROWS),
    )
    linear = LinearEffects(Design(table), standard_error)  # type: ignore[arg-type]
    found = linear.estimate(0, 1, given)
    assert isinstance(found, LinearEffect), found
    return found


def _confounded(effect: float, adjusted: bool = True) -> Made:
    def make(rng: np.random.Generator) -> LinearEffect:
        cause = rng.normal(size=ROWS)
        source = cause + rng.normal(size=ROWS)
        target = effect * source - cause + rng.normal(size=ROWS)
        given = (2,) if adjusted else ()
        return _effect("classical", given, source=source, target=target, cause=cause)

    return make


def _spreading(rng: np.random.Generator) -> LinearEffect:
    source = rng.standard_t(5, size=ROWS)
    target = source * rng.normal(size=ROWS)
    return _effect("classical", (), source=source, target=target)


def _hidden(strength: float, effect: float) -> Made:
    def make(rng: np.random.Generator) -> LinearEffect:
        cause = rng.normal(size=ROWS)
        through, beside = np.sqrt(strength), np.sqrt(1.0 - strength)
        source = through * cause + beside * rng.normal(size=ROWS)
        target = through * cause + beside * rng.normal(size=ROWS) + effect * source
        return _effect("classical", (), source=source, target=target * rng.choice([-1.0, 1.0]))

    return make


CASES: dict[str, tuple[Callable[[LinearEffect, np.random.Generator], Refutation], Made, Made]] = {
    "placebo": (
        lambda effect, rng: refute(effect, "placebo", DRAWS, rng, 0.05),
        _confounded(0.0),
        _confounded(0.2),
    ),
    "random common cause": (
        lambda effect, rng: refute(effect, "random_common_cause", DRAWS, rng, 0.05),
        _confounded(0.2),
        _confounded(0.2, adjusted=False),
    ),
    "data subset": (
        lambda effect, rng: refute(effect, "data_subset", DRAWS, rng, 0.05),
        _confounded(0.2),
        _spreading,
    ),
    "bootstrap": (
        lambda effect, rng: refute(effect, "bootstrap", DRAWS, rng, 0.05),
        _confounded(0.2),
        _spreading,
    ),
    "dummy outcome": (
        lambda effect, rng: refute(effect, "dummy_outcome", DRAWS, rng, 0.05),
        _confounded(0.0),
        _confounded(0.2),
    ),
    "unobserved common cause": (
        lambda effect, rng: refute(
            effect, "unobserved_common_cause", DRAWS, rng, 0.05, {"strength": STRENGTH}
        ),
        _hidden(STRENGTH, 0.0),
        _hidden(0.0, 0.3),
    ),
}
