"""Examples that run the model, on a device that is not the processor; see `tests.both_devices`."""

import numpy as np
import pytest

from causattn.exemplars import (
    ContinuationSettings,
    continuations,
    document_vectors,
    hidden_decision,
    hidden_losses,
    label_decision,
    label_losses,
    proposed_places,
    training_influence,
)
from causattn.models import LanguageModel, encode_texts, predict_tokens


def test_vectors(both, classifier, corpus):
    there, here = both(classifier(), lambda m: document_vectors(m, corpus.texts[:9], batch_size=4))
    np.testing.assert_allclose(there, here, atol=1e-5)


def test_influence_on_labels(both, classifier, corpus):
    texts, labels = corpus.texts[:6], np.arange(6) % 3
    there, here = both(
        classifier(3), lambda m: training_influence(label_losses(m, texts, labels), [2, 5])
    )
    np.testing.assert_allclose(there, here, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("float64", [True])  # explainers sum in it
def test_continuations(both, causal, corpus):
    start = " ".join(corpus.texts[0].split(" ")[:3])
    settings = ContinuationSettings(tokens=4)
    (there,), (here,) = both(
        causal,
        lambda m: continuations(m, [start], settings, seed=1, attribution={"kind": "occlusion"}),
    )
    assert there.text == here.text
    np.testing.assert_allclose(there.probability, here.probability, atol=1e-5)


def test_decisions(both, classifier, corpus):
    there, here = both(classifier(3), lambda m: label_decision(m)(corpus.texts[:5]))
    np.testing.assert_allclose(there, here, atol=1e-5)


def test_a_hidden_slot(both, masked, corpus):
    hiding, texts = masked.tokenizer.mask_token_id, corpus.texts[:5]
    values = masked.tokenizer(texts[0], add_special_tokens=False)["input_ids"][:3]
    words = [text.split(" ") for text in texts]
    asked = [" ".join([masked.tokenizer.mask_token, *rest[1:]]) for rest in words]

    def found(model: LanguageModel) -> list[np.ndarray]:
        encoding = encode_texts(model, texts)
        losses = hidden_losses(model, encoding, np.full(5, 3), hiding)
        return [
            hidden_decision(model, hiding, values)(asked),
            predict_tokens(model, encoding, np.full(5, 2), np.array(values)),
            training_influence(losses, [0], part="all"),
        ]

    for there, here in zip(*both(masked, found), strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-3, atol=1e-4)
    there, here = both(masked, lambda m: proposed_places(m, texts[0]))
    assert there == here
