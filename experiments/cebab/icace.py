"""ICaCE errors of explainers of a trained classifier, method by method, on people's edits.

Abraham et al. (2022), sections 3 and 4: how far the change of the classifier's output that a method
names is from the change under a person's edit of one aspect. The paper's simple methods (random,
conditional expectation, S-learner, approximate counterfactual) beside effects guided by attention,
and two controls: no effect at all, and tokens of the same surroundings drawn at random. The
methods that look inside the classifier are in `inside.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import generator
from causattn.corpora import CEBAB_ASPECTS
from causattn.effects import (
    GuidedEffects,
    IcaceErrors,
    conditional_effects,
    icace_errors,
    matched_effects,
    random_effects,
    s_learner_effects,
)

from .inside import InsideResult, InsideSettings, inside_effects
from .study import BATCH, CebabStudy, Sample
from .uncertainty import bootstrap_means

NOTHING, RANDOM = "no effect at all", "random"
CONDITIONAL, LEARNER = "conditional expectation (CONEXP)", "S-learner"
MATCHED = "approximate counterfactual"
MASKED, REPLACED = "attention-guided tokens masked", "attention-guided tokens replaced"
CONTROL = "random tokens replaced (control)"
METHODS = (NOTHING, RANDOM, CONDITIONAL, LEARNER, MATCHED, MASKED, REPLACED, CONTROL)
METRICS = ("L2", "cosine", "norm difference")
RATINGS = np.arange(1.0, 6.0)
_DRAWS = 2000
_COVERAGE = 0.95


@dataclass(frozen=True)
class IcaceResult:
    """Errors of every method on the same pairs.

    Parameters
    ----------
    errors
        By method; every array float64 [pairs].
    aspects, originals
        [pairs], which aspect a pair's edit changed, and which review both sides come from.
    change
        float64 [pairs], the change of the mean rating under the edit.
    seed
        Of the bootstrap.
    inside
        What is known of the methods that look inside; None without them.
    """

    errors: dict[str, IcaceErrors]
    aspects: np.ndarray
    originals: np.ndarray
    change: np.ndarray
    seed: int = 0
    inside: InsideResult | None = None

    def means(self) -> np.ndarray:
        """Return mean errors, float64 [methods, metrics]."""
        return np.array([[part.mean() for part in errors] for errors in self.errors.values()])

    def resampled(self) -> np.ndarray:
        """Return mean errors over reviews drawn again, float64 [draws, methods, metrics].

        Pairs of one review are drawn together, since they share texts.
        """
        every = np.array([np.stack(errors) for errors in self.errors.values()])
        rng = generator(self.seed, "calibration", "bootstrap")
        return bootstrap_means(every.transpose(2, 0, 1), self.originals, rng, _DRAWS)

    def table(self) -> pd.DataFrame:
        """Return means of the three distances and their 95% intervals, a row a method."""
        means, drawn = self.means(), self.resampled()
        low, high = np.quantile(drawn, [(1 - _COVERAGE) / 2, (1 + _COVERAGE) / 2], axis=0)
        rows = []
        for row, method in enumerate(self.errors):
            found: dict[str, Any] = {"method": method}
            for column, metric in enumerate(METRICS):
                found[metric] = float(means[row, column])
                found[f"{metric}, low"] = float(low[row, column])
                found[f"{metric}, high"] = float(high[row, column])
            rows.append(found)
        return pd.DataFrame(rows)


def icace_by_method(
    study: CebabStudy,
    seed: int,
    *,
    pairs: int = 200,
    learned: int = 600,
    reference: int = 120,
    tokens: int = 4,
    donors: int = 2,
    inside: InsideSettings | None = None,
) -> IcaceResult:
    """Return every method's ICaCE errors over pairs of the test split.

    Parameters
    ----------
    study
        The classifier and what it was trained on.
    seed
        Draws pairs and reviews.
    pairs
        How many pairs of a review and its edit are drawn.
    learned
        Reviews of the training split from which methods learn.
    reference
        Of these, the ones that give tokens to put into others.
    tokens, donors
        Tokens exchanged in a review, and reviews whose tokens are tried.
    inside
        How the methods that look inside the classifier are run, which takes longer than all
        others together; None leaves them out. The draws of the others do not depend on it.

    Raises
    ------
    ConfigError
        Where the data have fewer pairs or reviews.
    CapabilityError
        Where methods are to look inside a classifier that is no BERT.
    """
    sample = Sample.drawn(study, seed, pairs=pairs, learned=learned, reference=reference)
    true = sample.target - sample.source
    estimated = _outside(study, sample, seed, tokens, donors)
    looked = None if inside is None else inside_effects(study, sample, inside, seed)
    if looked is not None:
        estimated |= looked.effects
    return IcaceResult(
        {method: icace_errors(true, effects) for method, effects in estimated.items()},
        sample.pairs["aspect"].to_numpy(str),
        sample.pairs["original_id"].to_numpy(str),
        true @ RATINGS,
        seed,
        looked,
    )


def _outside(
    study: CebabStudy, sample: Sample, seed: int, tokens: int, donors: int
) -> dict[str, np.ndarray]:
    """Return the effects of the methods that ask the classifier for outputs and attention alone."""
    chosen = sample.pairs
    estimated = {method: np.zeros_like(sample.source) for method in METHODS}
    rng = generator(seed, "calibration", "icace")
    estimated[RANDOM] = random_effects(sample.outputs, len(chosen), rng)
    for concept, aspect in enumerate(CEBAB_ASPECTS):
        rows = np.flatnonzero(chosen["aspect"] == aspect)
        if not len(rows):
            continue
        start, end = (chosen.loc[rows, f"label_{side}"].to_numpy(str) for side in ("from", "to"))
        own, held = sample.labels[:, concept], sample.held[rows]
        estimated[CONDITIONAL][rows] = conditional_effects(sample.outputs, own, start, end)
        estimated[LEARNER][rows] = s_learner_effects(
            sample.outputs, sample.labels, held, concept, start, end
        )
        estimated[MATCHED][rows] = matched_effects(
            sample.outputs, sample.labels, sample.source[rows], held, concept, end, rng
        )
        words = study.table.about["lexicon"][aspect]
        asked = chosen.loc[rows, "text_from"].tolist()
        for method, guide in ((REPLACED, "attention"), (CONTROL, "random")):
            guided = GuidedEffects(
                study.model,
                [sample.texts[int(k)] for k in sample.given],
                own[sample.given],
                words,
                tokens=tokens,
                guide=guide,  # type: ignore[arg-type]
                batch_size=BATCH,
            )
            estimated[method][rows] = guided.replaced(asked, end, rng, donors)
            if guide == "attention":
                estimated[MASKED][rows] = guided.masked(asked, rng)
    return estimated
