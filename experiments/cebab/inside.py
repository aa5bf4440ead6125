"""The methods that look inside the classifier, on the same pairs as the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import generator, integer_seed, track
from causattn.corpora import CEBAB_ASPECTS, CEBAB_LABELS
from causattn.models import LanguageModel, encode_texts, predict_labels, split_documents

from .causalm import (
    Adversary,
    Against,
    CausalmSettings,
    control_of,
    fitted_head,
    probe_accuracy,
    trained_on,
)
from .concept_shap import concept_shap
from .head import Head, read_states
from .inlp import erase, erased_effects, random_projection
from .study import BATCH, CebabStudy, Sample
from .tcav import along_the_edit, concept_vector, sensitivities

TCAV, ALONG = "TCAV", "TCAV along the edit"
SHAP, INLP, CAUSALM = "ConceptSHAP", "INLP", "CausaLM"
ANY = "random directions taken out (control of INLP)"
INSIDE = (TCAV, SHAP, INLP, CAUSALM, ALONG, ANY)
_PROBED = 400
"""Most reviews that heads and probes of CausaLM learn from; those held out are all asked."""
_HELD_OUT = 0.1


@dataclass(frozen=True)
class InsideSettings:
    """What the methods that look inside are run with.

    Parameters
    ----------
    concept_shap_epochs
        Rounds in which each set of concepts learns to restore the state.
    inlp_rounds
        The most linear classifiers whose directions are taken out, one after the other.
    causalm
        How counterfactual representations are learned.
    """

    concept_shap_epochs: int = 50
    inlp_rounds: int = 10
    causalm: CausalmSettings = field(default_factory=CausalmSettings)


@dataclass(frozen=True)
class InsideResult:
    """What the methods name, and what is known of them.

    Parameters
    ----------
    effects
        By method, float64 [pairs, classes].
    checks
        What was taken out, a row an aspect.
    completeness
        Of the four aspects' directions, see `ConceptShap`.
    """

    effects: dict[str, np.ndarray]
    checks: pd.DataFrame
    completeness: float


def inside_effects(
    study: CebabStudy, sample: Sample, settings: InsideSettings, seed: int
) -> InsideResult:
    """Return the effects that TCAV, ConceptSHAP, INLP and CausaLM name for each pair.

    Raises
    ------
    CapabilityError
        Where the classifier is no BERT.
    """
    head = Head.of(study.model)
    reference = read_states(study.model, sample.texts, BATCH).read
    asked = read_states(study.model, sample.pairs["text_from"].tolist(), BATCH).read
    vectors = np.stack(
        [
            concept_vector(reference, sample.labels[:, concept], "Positive", "unknown")
            for concept in range(len(CEBAB_ASPECTS))
        ]
    )
    shares = concept_shap(
        head,
        vectors,
        reference,
        sample.classes,
        asked,
        integer_seed(seed, "cebab", "concept_shap"),
        epochs=settings.concept_shap_epochs,
    )
    unlearned = _Unlearned(study, settings.causalm, seed)
    effects = {method: np.zeros_like(sample.source) for method in INSIDE}
    checks = []
    edited = sample.pairs["aspect"].to_numpy(str)
    present = [concept for concept, aspect in enumerate(CEBAB_ASPECTS) if (edited == aspect).any()]
    for concept in track(present, "aspects looked for inside the classifier", unit="aspects"):
        aspect = CEBAB_ASPECTS[concept]
        rows = np.flatnonzero(edited == aspect)
        start, end = (
            sample.pairs.loc[rows, f"label_{side}"].to_numpy(str) for side in ("from", "to")
        )
        own, states = sample.labels[:, concept], asked[rows]
        effects[TCAV][rows] = sensitivities(head, states, vectors[concept])
        effects[ALONG][rows] = along_the_edit(head, states, reference, own, start, end)
        effects[SHAP][rows] = shares.values[concept][rows]
        erased = erase(
            reference, own, generator(seed, "cebab", "inlp", aspect), rounds=settings.inlp_rounds
        )
        effects[INLP][rows] = erased_effects(head, states, erased.projection)
        control = random_projection(
            states.shape[1], erased.directions, generator(seed, "cebab", "directions", aspect)
        )
        effects[ANY][rows] = erased_effects(head, states, control)
        texts = sample.pairs.loc[rows, "text_from"].tolist()
        effects[CAUSALM][rows], told = unlearned.effects(concept, texts)
        checks.append(
            {
                "aspect": aspect,
                "ConceptSHAP, importance": float(shares.importance[concept]),
                "INLP, directions": erased.directions,
                "INLP, told before": erased.told[0],
                "INLP, told after": erased.told[-1],
                **told,
            }
        )
    return InsideResult(effects, pd.DataFrame(checks), shares.completeness)


class _Unlearned:
    """Classifiers that were taught not to tell an aspect, and what is measured of them.

    Parameters
    ----------
    study
        The classifier, and what it was trained on.
    settings, seed
        Of the further training.
    """

    def __init__(self, study: CebabStudy, settings: CausalmSettings, seed: int) -> None:
        self._study, self._settings, self._seed = study, settings, seed
        model, corpus = study.model, study.corpus
        assert corpus.outcome is not None
        labelled = np.flatnonzero(~np.isnan(corpus.outcome))
        about = model.about
        self._share = about["held_out"] / about["documents"] if "held_out" in about else _HELD_OUT
        # The documents that training holds out, so that the adversary never sees them either.
        train, test = split_documents(
            len(labelled), self._share, generator(seed, "models", "classifier")
        )
        train = train[:_PROBED]
        self._documents = labelled[np.concatenate([train, test])]
        self._train = np.arange(len(train))
        self._test = np.arange(len(train), len(self._documents))
        self._states = self._pooled(model)
        self._factual = trained_on(model, corpus, settings, seed, self._share)

    def effects(self, concept: int, texts: list[str]) -> tuple[np.ndarray, dict[str, Any]]:
        """Return the effects of an aspect on texts, and how well the classifier forgot it."""
        corpus = self._study.corpus
        other = CEBAB_ASPECTS.index(control_of(CEBAB_ASPECTS[concept], CEBAB_ASPECTS))
        assert corpus.values is not None
        codes, held = corpus.values[:, [concept, other]].T.astype(np.int64)
        states, documents = self._states[self._train], self._documents[self._train]
        treatment, control = (
            fitted_head(states, one[documents], len(CEBAB_LABELS)) for one in (codes, held)
        )
        adversary = Adversary(treatment, control, self._settings.weight)
        changed = trained_on(
            self._study.model,
            corpus,
            self._settings,
            self._seed,
            self._share,
            Against(adversary, codes, held),
        )
        states = self._pooled(changed)
        told = codes[self._documents]
        factual, without = (
            predict_labels(one, encode_texts(one, texts), BATCH) for one in (self._factual, changed)
        )
        return without - factual, {
            "CausaLM, told before": probe_accuracy(self._states, told, self._train, self._test),
            "CausaLM, told after": probe_accuracy(states, told, self._train, self._test),
            "CausaLM, rating told before": self._factual.about["accuracy_held_out"],
            "CausaLM, rating told after": changed.about["accuracy_held_out"],
        }

    def _pooled(self, model: LanguageModel) -> np.ndarray:
        texts = [self._study.corpus.texts[int(k)] for k in self._documents]
        return read_states(model, texts, BATCH).pooled
