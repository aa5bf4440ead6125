"""Importance on an untrained model, and what the settings refuse."""

import numpy as np
import pytest
import torch

from causattn.base import ConfigError, settings_from
from causattn.reproduction import Context, Protocol, find_experiment
from experiments.rollout.importance import (
    attention_importance,
    blank_out,
    input_gradient,
    right_probability,
)
from experiments.rollout.measure import jobs, measure, train
from experiments.rollout.page import _shape
from experiments.rollout.sentences import UNKNOWN, VERBS, draw_sentences
from experiments.rollout.settings import Settings


@pytest.fixture(scope="module")
def trained():
    settings = Settings(layers=2, width=16, heads=2, steps=5, batch=8)
    sentences = draw_sentences(60, np.random.default_rng(0))
    return train(sentences, settings, 0), sentences


def answer(model, words, plural):
    """Return the right verb's probability, of the two, by the plain way through the model."""
    tokens = torch.tensor([model.tokenizer.convert_tokens_to_ids(list(words))])
    place = list(words).index(model.tokenizer.mask_token)
    verbs = model.tokenizer.convert_tokens_to_ids(list(VERBS))
    with torch.inference_mode():
        logits = model.network(input_ids=tokens).logits[0, place, verbs].double()
    return float(logits.softmax(-1)[int(plural)])


def test_blank_out_is_the_change_of_the_answer(trained):
    model, sentences = trained
    sentence = max(sentences, key=lambda one: len(one.words))
    hidden = list(sentence.hidden(model.tokenizer.mask_token))
    whole = answer(model, hidden, sentence.plural)
    assert right_probability(model, [sentence])[0] == pytest.approx(whole, abs=1e-6)
    expected = []
    for place in range(len(hidden)):
        changed = hidden.copy()
        if place != sentence.verb:
            changed[place] = UNKNOWN
        expected.append(abs(answer(model, changed, sentence.plural) - whole))
    found = blank_out(model, sentence)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.max() > 1e-5


def test_gradient_is_the_slope_of_the_log_odds(trained):
    model, sentences = trained
    sentence = sentences[0]
    hidden = list(sentence.hidden(model.tokenizer.mask_token))
    tokens = torch.tensor([model.tokenizer.convert_tokens_to_ids(hidden)])
    verbs = model.tokenizer.convert_tokens_to_ids(list(VERBS))
    table = model.network.get_input_embeddings()
    step = 1e-3
    direction = torch.randn(table.weight.shape[1], generator=torch.Generator().manual_seed(0))
    found = input_gradient(model, sentence)
    assert found.shape == (len(hidden),)
    for place in (0, len(hidden) - 1):
        slopes = []
        with torch.inference_mode():
            for unit in torch.eye(len(direction)):
                ends = []
                for sign in (1, -1):
                    states = table(tokens).clone()
                    states[0, place] += sign * step * unit
                    out = model.network(inputs_embeds=states).logits[0, sentence.verb, verbs]
                    ends.append(float(out[1] - out[0]))
                slopes.append((ends[0] - ends[1]) / (2 * step))
        assert found[place] == pytest.approx(np.linalg.norm(slopes), rel=0.02)


def test_attention_of_the_first_layer_is_that_of_rollout_and_flow(trained):
    model, sentences = trained
    sentence = sentences[1]
    found = attention_importance(model, sentence)
    others = np.arange(len(sentence.words)) != sentence.verb
    raw = found["raw attention"][0]
    np.testing.assert_allclose(raw.sum(), 1, rtol=1e-5)
    for by in ("rollout", "flow"):
        assert found[by].shape == found["raw attention"].shape == (2, len(sentence.words))
        np.testing.assert_allclose(found[by][0][others], raw[others] / 2, atol=2e-6)
    np.testing.assert_allclose(found["rollout"].sum(1), 1, rtol=1e-5)
    # A flow is at least what is rolled out along it: rollout is one way to send it.
    assert np.all(found["flow"] >= found["rollout"] - 2e-6)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"layers": 1}, "no first and last layer"),
        ({"evaluated": 1}, "evaluated=1"),
        ({"evaluated": 30, "held_out": 20}, "at most held_out=20"),
        ({"unknown": 1.0}, "unknown=1.0"),
        ({"marked": 1.2}, "marked=1.2"),
        ({"seeds": 0}, "seeds=0"),
        ({"modifiers": -1}, "must not be negative"),
        ({"ranks": "ordinal"}, "ranks"),
        ({"depth": 3}, "depth"),
    ],
)
def test_a_wrong_setting_is_one_sentence(wrong, said):
    with pytest.raises(ConfigError, match=said) as caught:
        settings_from(Settings, wrong, "")
    assert "\n" not in str(caught.value)


def test_a_model_gives_a_row_each_layer_kind_reference_and_ranks(tmp_path):
    settings = Settings(
        layers=2,
        width=16,
        heads=2,
        steps=5,
        batch=8,
        documents=60,
        held_out=20,
        evaluated=3,
        seeds=1,
    )
    (job,) = jobs(settings)
    rows = measure(job, Context(tmp_path, tmp_path, tmp_path, Protocol()))
    assert len(rows) == 2 * 3 * 2 * 2
    assert rows[0]["sentences"] <= 20
    assert 0 <= rows[0]["right_misled"] <= rows[0]["misled"] <= rows[0]["sentences"]
    assert {row["correlations"] for row in rows} == {3}


def test_shape_counts_the_models_that_have_it(tmp_path):
    protocol = find_experiment("rollout").protocol
    context = Context(tmp_path, tmp_path, tmp_path, protocol)
    blank = {
        "raw attention": np.array([[0.6, 0.2], [0.2, 0.6], [0.5, 0.4]]),
        "rollout": np.array([[0.3, 0.7], [0.3, 0.7], [0.3, 0.5]]),
        "flow": np.array([[0.3, 0.7], [0.3, 0.7], [0.3, 0.3]]),
    }
    figures = {figure.name: figure for figure in _shape(blank, context)}
    falls = figures["raw attention: last layer less first"]
    assert falls.ours == pytest.approx(np.mean([-0.4, 0.4, -0.1]))
    assert falls.outcome == "pass"
    assert "2 of 3" in falls.note
    assert figures["models that show the whole shape, of 3"].ours == 1
