"""Planted shortcuts: what agrees with what and how often, and that only the shortcut moves."""

import numpy as np
import pytest

from causattn.base import CapabilityError, ConfigError, generator
from causattn.corpora import load_corpus, out_of_distribution, permute_corpus


def _load(seed=0, **settings):
    return load_corpus({"kind": "shortcut", "documents": 4000, **settings}, seed)


def _column(corpus, name):
    return corpus.values[:, corpus.variables.index(name)]


def _agreement(corpus, name):
    return float((_column(corpus, name) == corpus.outcome).mean())


@pytest.mark.parametrize(
    ("settings", "agreement"),
    [
        ({}, {"cause": 0.8, "shortcut": 0.95, "weather": 0.5}),
        ({"strength": 0.05}, {"cause": 0.8, "shortcut": 0.05}),
        ({"causes": 2}, {"cause": 0.5, "second_cause": 0.5, "shortcut": 0.95}),
        (
            {"mechanism": "common_cause", "label_noise": 0.02, "strength": 0.9},
            {"cause": 0.98, "shortcut": 0.9, "common_cause": 0.97 * 0.98 + 0.03 * 0.02},
        ),
    ],
)
def test_each_word_agrees_with_the_label_as_often_as_said(settings, agreement):
    corpus = _load(**settings)
    for name, expected in agreement.items():
        assert _agreement(corpus, name) == pytest.approx(expected, abs=0.03), name


def test_two_causes_tell_the_label_together():
    corpus = _load(causes=2, label_noise=0.0)
    alike = _column(corpus, "cause") == _column(corpus, "second_cause")
    assert np.array_equal(alike, corpus.outcome == 1)


def test_given_the_common_cause_the_shortcut_tells_nothing_of_the_label():
    corpus = _load(mechanism="common_cause", label_noise=0.02, strength=0.8, documents=20000)
    town, shortcut = _column(corpus, "common_cause"), _column(corpus, "shortcut")
    for cause in (0, 1):
        for told in (0, 1):
            here = (_column(corpus, "cause") == cause) & (town == told)
            satisfied = [corpus.outcome[here & (shortcut == seat)].mean() for seat in (0, 1)]
            assert abs(satisfied[0] - satisfied[1]) < 0.06


@pytest.mark.parametrize("mechanism", ["consequence", "common_cause"])
def test_another_strength_changes_the_shortcut_and_nothing_else(mechanism):
    settings = {"mechanism": mechanism, "label_noise": 0.02, "documents": 500}
    corpus = _load(3, **settings)
    other = out_of_distribution(corpus)
    again = _load(3, **settings, strength=0.05)
    assert list(other.texts) == list(again.texts)
    assert np.array_equal(other.outcome, corpus.outcome)
    for name in corpus.variables:
        same = np.array_equal(_column(other, name), _column(corpus, name))
        assert same == (name != "shortcut")
    assert _agreement(other, "shortcut") == pytest.approx(0.05, abs=0.04)
    assert out_of_distribution(corpus, 0.95).texts == corpus.texts


def test_mentions_are_the_values_and_the_truth_is_the_mechanism():
    corpus = _load(documents=50)
    mentions = corpus.mentions
    for document, variable, start, end in zip(
        mentions.document, mentions.variable, mentions.start, mentions.end, strict=True
    ):
        told = corpus.categories[variable][int(corpus.values[document, variable])]
        assert corpus.texts[document][start:end] == told
    edges = {(edge.source, edge.target) for edge in corpus.truth.edges()}
    assert edges == {("cause", "label"), ("label", "shortcut")}
    assert corpus.truth.kind == "dag"
    confounded = _load(documents=50, mechanism="common_cause", label_noise=0.0)
    assert {(edge.source, edge.target) for edge in confounded.truth.edges()} == {
        ("cause", "label"),
        ("common_cause", "cause"),
        ("common_cause", "shortcut"),
    }


def test_one_order_for_all_documents_or_one_for_each():
    fixed, shuffled = _load(documents=40, order="fixed"), _load(documents=40)

    def orders(corpus):
        return {tuple(row) for row in corpus.mentions.variable.reshape(40, -1)}

    assert len(orders(fixed)) == 1
    assert len(orders(shuffled)) > 20


def test_what_cannot_be_is_said():
    for wrong, said in [
        ({"strength": 1.2}, r"corpus.strength=1.2 is a probability"),
        ({"label_noise": 0.5}, r"corpus.label_noise=0.5 must be"),
        ({"documents": 1}, r"corpus.documents=1 is too few"),
        ({"mechanism": "common_cause"}, r"corpus.strength=0.95 is out of reach"),
        ({"mechanism": "common_cause", "causes": 2}, r"set corpus.causes=1"),
    ]:
        with pytest.raises(ConfigError, match=said):
            _load(**wrong)
    with pytest.raises(CapabilityError, match="no shortcut whose strength"):
        out_of_distribution(load_corpus({"kind": "bayesnet", "network": "asia"}, 0))
    permuted = permute_corpus(_load(documents=30), generator(0, "test"))
    with pytest.raises(CapabilityError, match="as it was drawn"):
        out_of_distribution(permuted)
