"""Effects that run the model, on a device that is not the processor; see `tests.both_devices`."""

from dataclasses import replace

import numpy as np
import pytest

from causattn.effects import (
    Contrast,
    GuidedEffects,
    ModelEffect,
    ModelInterventions,
    counterfactual_attention,
    pooled_attention,
)
from causattn.models import LanguageModel, encode_texts

COLOUR, SIZE, SHAPE, LIKED = range(4)
TEXTS = ["it is red . it is big .", "so good it is blue", "it is green . bad"]


def test_slot_to_slot(both, masked_model, slot_corpus, slot_table):
    def effect(model: LanguageModel) -> list[float]:
        interventions = ModelInterventions(model, slot_corpus, slot_table, documents=30)
        found = interventions.effect(COLOUR, SIZE, Contrast("red", "blue", "big"))
        assert isinstance(found, ModelEffect)
        return [found.estimate, found.low, found.high, found.total_variation]

    there, here = both(masked_model, effect)
    assert there == pytest.approx(here, abs=1e-5)


@pytest.mark.parametrize("operation", ["mask", "delete", "replace"])
def test_slot_to_output(operation, both, classifier, slot_corpus, slot_table):
    plain = replace(slot_corpus, value_texts=None)

    def effect(model: LanguageModel) -> list[float]:
        interventions = ModelInterventions(
            model, plain, slot_table, documents=30, operation=operation
        )
        found = interventions.effect(SIZE, LIKED, Contrast("small", "big", "yes"))
        assert isinstance(found, ModelEffect)
        return [found.estimate, found.low, found.high]

    there, here = both(classifier, effect)
    assert there == pytest.approx(here, abs=1e-5)


def test_tau(both, classifier, slot_corpus, slot_table):
    def effect(model: LanguageModel) -> list[float]:
        interventions = ModelInterventions(model, slot_corpus, slot_table, documents=30)
        found = interventions.attention_effect(SIZE, LIKED)
        assert isinstance(found, ModelEffect)
        return [found.estimate, found.low, found.high]

    there, here = both(classifier, effect)
    assert there == pytest.approx(here, abs=1e-5)


@pytest.mark.parametrize("kind", ["renormalise", "zero"])
def test_knock_outs(kind, both, masked_model, classifier, slot_corpus, slot_table):
    def columns(model: LanguageModel) -> float:
        interventions = ModelInterventions(
            model, slot_corpus, slot_table, documents=len(slot_corpus), batch_size=7
        )
        found = interventions.cut(COLOUR, SIZE if model.task == "masked" else LIKED, kind)
        assert isinstance(found, ModelEffect)
        return found.estimate

    for model in (masked_model, classifier):
        there, here = both(model, columns)
        assert there == pytest.approx(here, abs=1e-5)


def test_guided(both, classifier):
    def found(model: LanguageModel) -> list[np.ndarray]:
        guided = GuidedEffects(
            model, ["it is blue"], np.array(["blue"]), ["red", "blue"], tokens=1, window=0
        )
        return [
            pooled_attention(model, encode_texts(model, TEXTS), 2),
            guided.replaced(TEXTS[:1], np.array(["blue"]), np.random.default_rng(0)),
            guided.masked(TEXTS[:1], np.random.default_rng(0)),
        ]

    for there, here in zip(*both(classifier, found), strict=True):
        np.testing.assert_allclose(there, here, atol=1e-5)


def test_counterfactual_attention(both, classifier):
    there, here = both(classifier, lambda m: counterfactual_attention(m, TEXTS[0], TEXTS[1]))
    np.testing.assert_allclose(there.attention_after, here.attention_after, atol=1e-5)
    np.testing.assert_allclose(there.output_change, here.output_change, atol=1e-5)
