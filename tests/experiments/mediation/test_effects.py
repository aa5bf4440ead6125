"""Identities that effects obey on any model, and effects against another way to them."""

import numpy as np
import pytest
import torch

from causattn.base import ConfigError, settings_from
from causattn.models import single_tokens
from experiments.mediation.heads import head_effects
from experiments.mediation.neurons import neuron_effects
from experiments.mediation.sentences import (
    MEN,
    PRONOUNS,
    WOMEN,
    draw_sentences,
    held_out,
    leans,
)
from experiments.mediation.settings import Settings
from experiments.mediation.train import Training, train


@pytest.fixture(scope="module")
def case():
    """A model with weights far from those at which nothing depends on anything."""
    stories, scenes = held_out(0.1, np.random.default_rng(0))
    sentences = draw_sentences(2000, np.random.default_rng(1), (stories, scenes))
    model = train(sentences, Training(2, 4, 32, 5, 8, 1e-3), 0, 1)
    drawn = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in model.network.parameters():
            weight.add_(0.15 * torch.randn(weight.shape, generator=drawn))
    return model, stories[:6], scenes[:9]


def test_heads(case):
    model, _, scenes = case
    found = head_effects(model, scenes)
    assert np.abs(found.total).max() > 0.01
    assert np.abs(found.nothing).max() == 0
    assert found.indirect_heads.shape == found.direct_heads.shape == (2, 4, len(scenes))
    assert found.indirect_layers.shape == (2, len(scenes))
    # What the first layer attends to does not depend on the layers above it.
    assert np.abs(found.indirect_heads).max() > 1e-4
    one = head_effects(model, scenes[:1])
    np.testing.assert_allclose(one.indirect_heads[..., 0], found.indirect_heads[..., 0], rtol=1e-3)


def test_neurons(case):
    model, stories, _ = case
    found = neuron_effects(model, stories)
    assert found.indirect.shape == found.direct.shape == (3, len(stories))
    assert found.indirect_neurons.shape == (3, 32, len(stories))
    assert np.abs(found.total).max() > 0.01
    # The embedding is all in which the inputs differ; the last layer's place is read by nobody.
    np.testing.assert_allclose(found.indirect[0], found.total, atol=1e-6)
    np.testing.assert_allclose(found.direct[0], 0, atol=1e-6)
    np.testing.assert_allclose(found.indirect[-1], 0, atol=1e-6)
    np.testing.assert_allclose(found.direct[-1], found.total, atol=1e-6)
    np.testing.assert_allclose(found.indirect_states[-1], 0, atol=1e-6)
    # Whoever has the state after the first layer has what its own network put there, and more.
    assert np.abs(found.indirect_states[0] - found.indirect[1]).max() > 1e-3


def test_a_neuron_of_the_embedding_by_changing_it_by_hand(case):
    model, stories, _ = case
    found = neuron_effects(model, stories)
    table = model.network.get_input_embeddings()
    pronouns = single_tokens(model, PRONOUNS)

    def odds(states, against):
        logits = model.network(inputs_embeds=states).logits[0, -1, pronouns].double()
        return float((logits[against] - logits[1 - against]).exp())

    for k, story in enumerate(stories):
        person = (MEN if leans(story.person) else WOMEN)[0]
        own, other = (
            table(torch.tensor([model.tokenizer.convert_tokens_to_ids(text.split())]))
            for text in (story.prompt(), story.prompt(person))
        )
        against = int(leans(story.person))
        with torch.no_grad():
            for neuron in (0, 17):
                changed = own.clone()
                changed[0, 1, neuron] = other[0, 1, neuron]
                expected = odds(changed, against) / odds(own, against) - 1
                assert found.indirect_neurons[0, neuron, k] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"models": 0}, "models=0"),
        ({"heads": 3}, "make it a multiple"),
        ({"held_out": 0.0}, "between 0 and 1"),
        ({"depth": 3}, "depth"),
    ],
)
def test_a_wrong_setting_is_one_sentence(wrong, said):
    with pytest.raises(ConfigError, match=said) as caught:
        settings_from(Settings, {"corpora": ["winobias"], **wrong}, "paper")
    assert "\n" not in str(caught.value)
