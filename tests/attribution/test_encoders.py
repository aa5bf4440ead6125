"""An encoder's texts: what its embedding owes each word."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from causattn.attribution import SimilarityTarget, explain
from causattn.base import CapabilityError, ModelError
from causattn.models import LanguageModel
from tests.attribution.conftest import TEXTS


@pytest.fixture
def encoder(models) -> LanguageModel:
    return models("encoder")


def embedding(model: LanguageModel, ids: list[int]) -> np.ndarray:
    with torch.no_grad():
        states = model.network(input_ids=torch.tensor([ids])).last_hidden_state[0]
    mean = states.double().mean(0).numpy()
    return mean / np.linalg.norm(mean)


def test_occlusion_is_what_the_cosine_loses(encoder):
    text = TEXTS[0]
    found = explain(encoder, text, "occlusion")
    ids = encoder.tokenizer(text)["input_ids"]
    whole = embedding(encoder, ids)
    expected = np.zeros(len(ids))
    for k in range(1, len(ids) - 1):
        changed = [*ids[:k], encoder.tokenizer.mask_token_id, *ids[k + 1 :]]
        expected[k] = 1 - whole @ embedding(encoder, changed)
    assert found.output == pytest.approx(1)
    assert found.target == "cosine with the whole text"
    np.testing.assert_allclose(found.score, expected, atol=1e-6)
    assert expected.max() > 0.01


def test_each_text_is_held_against_itself_whatever_stands_beside_it(encoder):
    together = explain(encoder, TEXTS, "occlusion")
    for text, found in zip(TEXTS, together, strict=True):
        assert found.output == pytest.approx(1)
        np.testing.assert_allclose(
            found.score, explain(encoder, text, "occlusion").score, atol=1e-6
        )


def test_gradients_along_the_path_add_up_to_the_cosine(encoder):
    found = explain(encoder, TEXTS[0], {"kind": "integrated_gradients", "steps": 400})
    assert found.score.sum() == pytest.approx(found.output - found.baseline, abs=0.02)


def test_attention_is_that_of_all_tokens(encoder):
    found = explain(encoder, TEXTS[0], "attention")
    assert 0.3 < found.score.sum() < 1  # the rest goes to the special tokens


def test_what_cannot_be_asked(encoder):
    with pytest.raises(CapabilityError, match="has no probability"):
        explain(encoder, TEXTS[0], {"kind": "occlusion", "scale": "log_probability"})
    with pytest.raises(CapabilityError, match="is an encoder"):
        explain(encoder, TEXTS[0], {"kind": "attention", "measure": "gradient"})
    with pytest.raises(ModelError, match="leave the target out"):
        explain(replace(encoder, task="masked"), TEXTS[0], "occlusion", target=SimilarityTarget())
