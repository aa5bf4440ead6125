"""Attention as an explainer: what `document_attention` keeps of the same document."""

import numpy as np
import pytest

from causattn.attention import document_attention
from causattn.attribution import LabelTarget, explain
from causattn.base import ConfigError


@pytest.mark.parametrize("name", ["classifier", "causal", "causal_classifier"])
@pytest.mark.parametrize("measure", ["raw", "rollout", "flow"])
def test_it_is_the_row_of_the_place_that_is_read(models, texts, name, measure):
    model = models(name)
    found = explain(model, texts, {"kind": "attention", "measure": measure})
    for each, text in zip(found, texts, strict=True):
        whole = document_attention(model, text)
        place = 0 if name == "classifier" else len(whole.tokens) - 1
        if measure == "raw":
            row = whole.weights.mean((0, 1))[place]
        elif measure == "rollout":
            row = whole.rollout()[place]
        else:
            row = whole.flow([place])[0]
        assert np.allclose(each.score, np.where(whole.special, 0, row), atol=1e-5)


def test_gradients_depend_on_what_is_asked(models, texts):
    model = models("classifier")
    one, other = (
        explain(
            model, texts, {"kind": "attention", "measure": "gradient"}, target=LabelTarget(label)
        )[0].score
        for label in (0, 1)
    )
    assert (one >= 0).all()
    assert not np.allclose(one, other)


def test_an_unknown_measure_is_a_sentence(models, texts):
    with pytest.raises(ConfigError, match=r"attribution\.measure"):
        explain(models("classifier"), texts, {"kind": "attention", "measure": "entropy"})
